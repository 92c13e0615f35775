"""first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("state", sa.Enum("waiting", "active", "closed", name="accountstate", native_enum=False, length=40), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account__login")),
    )
    op.create_table(
        "event",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=True),
        sa.Column("student_id", sa.String(length=32), nullable=True),
        sa.Column("record_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=True),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event__account_id_id"), "event", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_event__at"), "event", ["at"], unique=False)
    op.create_index(op.f("ix_event__case_id_id"), "event", ["case_id", "id"], unique=False)
    op.create_index(op.f("ix_event__record_id_id"), "event", ["record_id", "id"], unique=False)
    op.create_index(op.f("ix_event__student_id_id"), "event", ["student_id", "id"], unique=False)
    op.create_table(
        "index_label",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_index_label")),
        sa.UniqueConstraint("code", name=op.f("uq_index_label__code")),
    )
    op.create_table(
        "job",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=True),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum("ready", "running", "done", "dead", name="jobstate", native_enum=False, length=40), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job__kind_state"), "job", ["kind", "state"], unique=False)
    op.create_index(op.f("ix_job__record_id"), "job", ["record_id"], unique=False)
    op.create_index(op.f("ix_job__state_run_at_id"), "job", ["state", "run_at", "id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("held_by", sa.String(length=64), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.Enum("province", "city", "county", "school", name="level", native_enum=False, length=40), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("authority_id", sa.String(length=32), nullable=True),
        sa.Column("assisting_id", sa.String(length=32), nullable=True),
        sa.Column("sections", JSON, nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["assisting_id"], ["organisation.id"], name=op.f("fk_organisation__assisting_id")),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_organisation__authority_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation__parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation__code")),
        sa.UniqueConstraint("number", name=op.f("uq_organisation__number")),
    )
    op.create_index(op.f("ix_organisation__parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_table(
        "sign_in_failure",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure__address_at"), "sign_in_failure", ["address", "at"], unique=False)
    op.create_index(op.f("ix_sign_in_failure__login_at"), "sign_in_failure", ["login", "at"], unique=False)
    op.create_table(
        "account_role",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("class_name", sa.String(length=64), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role__account_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_account_role__organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_role")),
        sa.UniqueConstraint(
            "account_id",
            "organisation_id",
            "role",
            "grade",
            "class_name",
            name=op.f("uq_account_role__account_id_organisation_id_role_grade_class_name"),
        ),
    )
    op.create_index(op.f("ix_account_role__account_id"), "account_role", ["account_id"], unique=False)
    op.create_index(op.f("ix_account_role__organisation_id"), "account_role", ["organisation_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token__account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token__token_hash")),
    )
    op.create_index(op.f("ix_api_token__account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("accession_no", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("opened_by", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_batch__opened_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_batch__organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("accession_no", name=op.f("uq_batch__accession_no")),
    )
    op.create_index(op.f("ix_batch__organisation_id_opened_at"), "batch", ["organisation_id", "opened_at"], unique=False)
    op.create_table(
        "event_link",
        sa.Column("seq", SERIAL, autoincrement=False, nullable=False),
        sa.Column("event_id", SERIAL, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_link__event_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event_link")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_link__event_id")),
    )
    op.create_table(
        "organisation_event",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("from_id", sa.String(length=32), nullable=False),
        sa.Column("to_id", sa.String(length=32), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("authority_ref", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["organisation.id"], name=op.f("fk_organisation_event__from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["organisation.id"], name=op.f("fk_organisation_event__to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_event")),
        sa.UniqueConstraint("kind", "from_id", "happened_on", name=op.f("uq_organisation_event__kind_from_id_happened_on")),
    )
    op.create_index(op.f("ix_organisation_event__to_id"), "organisation_event", ["to_id"], unique=False)
    op.create_table(
        "organisation_term",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("authority_id", sa.String(length=32), nullable=True),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_to_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_term__organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_term")),
    )
    op.create_index(op.f("ix_organisation_term__code"), "organisation_term", ["code"], unique=False)
    op.create_index(op.f("ix_organisation_term__organisation_id"), "organisation_term", ["organisation_id"], unique=False)
    op.create_table(
        "remembered_answer",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_remembered_answer__account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_answer")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_remembered_answer__account_id_key")),
    )
    op.create_table(
        "student",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("school_id", sa.String(length=32), nullable=False),
        sa.Column("section", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("former_name", sa.String(length=200), nullable=True),
        sa.Column("sex", sa.String(length=64), nullable=False),
        sa.Column("ethnicity", sa.String(length=64), nullable=True),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("id_type", sa.String(length=64), nullable=False),
        sa.Column("id_no", sa.String(length=64), nullable=True),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("class_name", sa.String(length=64), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["organisation.id"], name=op.f("fk_student__school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student")),
    )
    op.create_index(op.f("ix_student__birth_on"), "student", ["birth_on"], unique=False)
    op.create_index(op.f("ix_student__id_no"), "student", ["id_no"], unique=False)
    op.create_index(op.f("ix_student__name"), "student", ["name"], unique=False)
    op.create_index(op.f("ix_student__school_id_grade_class_name"), "student", ["school_id", "grade", "class_name"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("result", JSON, nullable=False),
        sa.Column("errors", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_task__account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task__account_id"), "task", ["account_id"], unique=False)
    op.create_table(
        "training_record",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("trained_on", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("filing_ref", sa.String(length=200), nullable=False),
        sa.Column("filed_by", sa.String(length=32), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_training_record__account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_record")),
    )
    op.create_index(op.f("ix_training_record__account_id"), "training_record", ["account_id"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("length", SERIAL, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload__account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload__account_id"), "upload", ["account_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("role_id", SERIAL, nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session__account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session__account_id"), "web_session", ["account_id"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("custodian_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["custodian_id"], ["organisation.id"], name=op.f("fk_dossier__custodian_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_dossier__student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("student_id", name=op.f("uq_dossier__student_id")),
    )
    op.create_index(op.f("ix_dossier__custodian_id"), "dossier", ["custodian_id"], unique=False)
    op.create_table(
        "guardian",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("relation", sa.String(length=64), nullable=False),
        sa.Column("id_no", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_guardian__student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
    )
    op.create_index(op.f("ix_guardian__name"), "guardian", ["name"], unique=False)
    op.create_index(op.f("ix_guardian__student_id"), "guardian", ["student_id"], unique=False)
    op.create_table(
        "record",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=True),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("received_unit_id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=True),
        sa.Column("given_student_id", sa.String(length=32), nullable=True),
        sa.Column("series", sa.String(length=64), nullable=True),
        sa.Column(
            "carrier", sa.Enum("original", "copy", "sighted", "digital", name="carrier", native_enum=False, length=40), nullable=False
        ),
        sa.Column("sensitivity", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum("received", "judging", "reading", "read", "unreadable", name="recordstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "transcript_state",
            sa.Enum("pending", "present", "missing", name="transcriptstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("transcript_reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "match_state",
            sa.Enum("matched", "proposed", "unmatched", "conflict", name="matchstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.Column("kind_state", sa.Enum("sure", "unsure", "confirmed", name="kindstate", native_enum=False, length=40), nullable=False),
        sa.Column("kind_confidence", sa.Double(), nullable=True),
        sa.Column(
            "review_state", sa.Enum("pending", "accepted", "returned", name="reviewstate", native_enum=False, length=40), nullable=False
        ),
        sa.Column("review_reasons", JSON, nullable=False),
        sa.Column("reviewed_by", sa.String(length=32), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("original_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("bytes", SERIAL, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("duplicate_of", sa.String(length=32), nullable=True),
        sa.Column("supersedes_id", sa.String(length=32), nullable=True),
        sa.Column("received_by", sa.String(length=32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("searchable_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_record__batch_id")),
        sa.ForeignKeyConstraint(["duplicate_of"], ["record.id"], name=op.f("fk_record__duplicate_of")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_record__organisation_id")),
        sa.ForeignKeyConstraint(["received_by"], ["account.id"], name=op.f("fk_record__received_by")),
        sa.ForeignKeyConstraint(["received_unit_id"], ["organisation.id"], name=op.f("fk_record__received_unit_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_record__student_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["record.id"], name=op.f("fk_record__supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
    )
    op.create_index(op.f("ix_record__batch_id_id"), "record", ["batch_id", "id"], unique=False)
    op.create_index(op.f("ix_record__organisation_id_match_state_id"), "record", ["organisation_id", "match_state", "id"], unique=False)
    op.create_index(op.f("ix_record__organisation_id_received_at"), "record", ["organisation_id", "received_at"], unique=False)
    op.create_index(op.f("ix_record__organisation_id_sha256"), "record", ["organisation_id", "sha256"], unique=False)
    op.create_index(op.f("ix_record__received_by_id"), "record", ["received_by", "id"], unique=False)
    op.create_index(op.f("ix_record__received_unit_id_id"), "record", ["received_unit_id", "id"], unique=False)
    op.create_index(op.f("ix_record__student_id_series"), "record", ["student_id", "series"], unique=False)
    op.create_index(op.f("ix_record__supersedes_id"), "record", ["supersedes_id"], unique=False)
    op.create_table(
        "registry_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_no", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("rules_version", sa.String(length=64), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("from_school_id", sa.String(length=32), nullable=True),
        sa.Column("from_school_name", sa.String(length=200), nullable=True),
        sa.Column("to_school_id", sa.String(length=32), nullable=True),
        sa.Column("ground", sa.String(length=64), nullable=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("claim", JSON, nullable=False),
        sa.Column("warnings", JSON, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("opened_by", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["from_school_id"], ["organisation.id"], name=op.f("fk_registry_case__from_school_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_registry_case__opened_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_registry_case__organisation_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_registry_case__student_id")),
        sa.ForeignKeyConstraint(["to_school_id"], ["organisation.id"], name=op.f("fk_registry_case__to_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_case")),
        sa.UniqueConstraint("case_no", name=op.f("uq_registry_case__case_no")),
        sa.UniqueConstraint("organisation_id", "year", "serial", name=op.f("uq_registry_case__organisation_id_year_serial")),
    )
    op.create_index(op.f("ix_registry_case__organisation_id_state"), "registry_case", ["organisation_id", "state"], unique=False)
    op.create_index(op.f("ix_registry_case__state_due_on"), "registry_case", ["state", "due_on"], unique=False)
    op.create_index(op.f("ix_registry_case__student_id"), "registry_case", ["student_id"], unique=False)
    op.create_table(
        "student_number",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column(
            "kind", sa.Enum("temporary", "formal", "alias", "former", name="numberkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("valid_from_on", sa.Date(), nullable=True),
        sa.Column("valid_to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_student_number__student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_number")),
        sa.UniqueConstraint("number", name=op.f("uq_student_number__number")),
    )
    op.create_index(op.f("ix_student_number__student_id"), "student_number", ["student_id"], unique=False)
    op.create_table(
        "student_period",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("school_id", sa.String(length=32), nullable=False),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("class_name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["organisation.id"], name=op.f("fk_student_period__school_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_student_period__student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_period")),
    )
    op.create_index(op.f("ix_student_period__student_id"), "student_period", ["student_id"], unique=False)
    op.create_table(
        "case_decision",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("step_seq", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["registry_case.id"], name=op.f("fk_case_decision__case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_decision")),
    )
    op.create_index(op.f("ix_case_decision__case_id"), "case_decision", ["case_id"], unique=False)
    op.create_table(
        "case_evidence",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=True),
        sa.Column("sighting", JSON, nullable=True),
        sa.Column("issuer_level", sa.String(length=64), nullable=True),
        sa.Column("set_by", sa.String(length=32), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["registry_case.id"], name=op.f("fk_case_evidence__case_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_case_evidence__record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_evidence")),
    )
    op.create_index(op.f("ix_case_evidence__case_id_code"), "case_evidence", ["case_id", "code"], unique=False)
    op.create_index(op.f("ix_case_evidence__record_id"), "case_evidence", ["record_id"], unique=False)
    op.create_table(
        "case_step",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("right", sa.String(length=64), nullable=True),
        sa.Column("limit", JSON, nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_article", sa.String(length=64), nullable=True),
        sa.Column("done_by", sa.String(length=32), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["registry_case.id"], name=op.f("fk_case_step__case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_case_step__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_step__case_id_seq")),
    )
    op.create_index(op.f("ix_case_step__unit_id_state_due_on"), "case_step", ["unit_id", "state", "due_on"], unique=False)
    op.create_table(
        "custody_event",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("dossier_id", sa.String(length=32), nullable=False),
        sa.Column("from_id", sa.String(length=32), nullable=True),
        sa.Column("to_id", sa.String(length=32), nullable=False),
        sa.Column("ground", sa.String(length=200), nullable=False),
        sa.Column("authority_ref", sa.String(length=200), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_custody_event__dossier_id")),
        sa.ForeignKeyConstraint(["from_id"], ["organisation.id"], name=op.f("fk_custody_event__from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["organisation.id"], name=op.f("fk_custody_event__to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_event")),
    )
    op.create_index(op.f("ix_custody_event__dossier_id"), "custody_event", ["dossier_id"], unique=False)
    op.create_table(
        "match",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("matched", "proposed", "unmatched", "conflict", name="matchstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("student_id", sa.String(length=32), nullable=True),
        sa.Column("candidates", JSON, nullable=False),
        sa.Column("disagreements", JSON, nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_match__record_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_match__student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
    )
    op.create_index(op.f("ix_match__record_id"), "match", ["record_id"], unique=False)
    op.create_table(
        "page",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("dpi", sa.Double(), nullable=True),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("skew_deg", sa.Double(), nullable=False),
        sa.Column("blank", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_page__record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("record_id", "no", name=op.f("uq_page__record_id_no")),
    )
    op.create_table(
        "page_code",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=False),
        sa.Column("box", JSON, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_page_code__record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_code")),
    )
    op.create_index(op.f("ix_page_code__record_id"), "page_code", ["record_id"], unique=False)
    op.create_table(
        "page_field",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("sure", "doubtful", "failed_check", "confirmed", name="fieldstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.Column("found_by", sa.String(length=64), nullable=False),
        sa.Column("box", JSON, nullable=True),
        sa.Column("confirmed_by", sa.String(length=32), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_page_field__record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_field")),
    )
    op.create_index(op.f("ix_page_field__record_id_name"), "page_field", ["record_id", "name"], unique=False)
    op.create_table(
        "page_finding",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("limit", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("severity", sa.String(length=64), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_page_finding__record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_finding")),
    )
    op.create_index(op.f("ix_page_finding__record_id"), "page_finding", ["record_id"], unique=False)
    op.create_table(
        "page_seal",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=False),
        sa.Column("box", JSON, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_page_seal__record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_seal")),
    )
    op.create_index(op.f("ix_page_seal__record_id"), "page_seal", ["record_id"], unique=False)
    op.create_table(
        "rendition",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column(
            "role",
            sa.Enum("master", "access", "thumbnail", "transcript", name="renditionrole", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("page_no", sa.Integer(), nullable=True),
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("blob_key", sa.String(length=200), nullable=False),
        sa.Column("bytes", SERIAL, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("engine", sa.String(length=64), nullable=True),
        sa.Column("engine_version", sa.String(length=64), nullable=True),
        sa.Column("settings_digest", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_rendition__record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rendition")),
        sa.UniqueConstraint("blob_key", name=op.f("uq_rendition__blob_key")),
    )
    op.create_index(op.f("ix_rendition__record_id_role_page_no"), "rendition", ["record_id", "role", "page_no"], unique=False)

    for table in ("event", "event_link", "custody_event", "case_decision", "organisation_term"):
        append_only(table)


def append_only(table: str) -> None:
    """Refuse UPDATE and DELETE on a table, whoever asks (HN-26.8)."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )
