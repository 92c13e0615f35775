"""indexes of lists: cases by due day, papers by day, children of a school by section, names by their beginning."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WANTED = (
    ("ix_registry_case__state_due_on_id", "registry_case", ["state", "due_on", "id"]),
    ("ix_registry_case__due_on_id", "registry_case", ["due_on", "id"]),
    ("ix_record__organisation_id_received_on", "record", ["organisation_id", "received_on"]),
    ("ix_student__former_name", "student", ["former_name"]),
    ("ix_student__school_id_section_state_id", "student", ["school_id", "section", "state", "id"]),
)


def upgrade() -> None:
    for name, table, columns in WANTED:
        op.create_index(op.f(name), table, columns)
    op.drop_index(op.f("ix_registry_case__state_due_on"), "registry_case")  # the longer one begins like it
    if op.get_bind().dialect.name == "postgresql":  # LIKE needs it so; on SQLite the index stays as it is
        op.drop_index(op.f("ix_student__name"), "student")
        op.create_index(op.f("ix_student__name"), "student", ["name"], postgresql_ops={"name": "text_pattern_ops"})
