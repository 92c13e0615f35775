"""Writes the first migration anew from the models; used until the first release, then removed."""

import re
import subprocess
from pathlib import Path

from alembic import command

from archive_service.db import open_engine
from archive_service.migrations import FOLDER, configuration

TRIGGERS = '''
    for table in ("event", "event_link", "custody_event", "case_decision", "organisation_term"):
        append_only(table)


def append_only(table: str) -> None:
    """Refuse UPDATE and DELETE on a table, whoever asks (HN-26.8)."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
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
'''

for old in (FOLDER / "versions").glob("*.py"):
    old.unlink()
engine = open_engine("sqlite:////tmp/first-migration.db")
Path("/tmp/first-migration.db").unlink(missing_ok=True)
config = configuration(engine)
command.revision(config, "first schema", autogenerate=True)
made = next((FOLDER / "versions").glob("*.py"))
text = made.read_text()
text = text.replace("archive_service.db.Instant(timezone=True)", "sa.DateTime(timezone=True)")
text = re.sub(r"\n    # ###.*", "", text)
text = re.sub(r"^import archive_service.*\n", "", text, flags=re.M)
text = re.sub(r"revision = '[0-9a-f]+'", 'revision = "0001"', text, count=1)
text = re.sub(r"sa\.JSON\(none_as_null=True\)\.with_variant\(postgresql\.JSONB\([^)]*\)[^)]*\), ['\"]postgresql['\"]\)", "JSON", text)
text = re.sub(r"sa\.BigInteger\(\)\.with_variant\(sa\.Integer\(\), ['\"]sqlite['\"]\)", "SERIAL", text)
text = text.replace("\ndef upgrade", """
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade""")
text = re.sub(r"postgresql\.JSONB\(astext_type=(sa\.)?Text\(\)\)", "postgresql.JSONB()", text)
text = text.replace("none_as_null=True, ", "").rstrip() + "\n" + TRIGGERS
target = FOLDER / "versions" / "20261124_first_schema.py"
made.unlink()
target.write_text(text)
subprocess.run([".venv/bin/ruff", "check", "-q", "--fix", "--select", "F401,I", str(target)], check=False)
subprocess.run([".venv/bin/ruff", "format", "-q", str(target)], check=True)
Path("/tmp/first-migration.db").unlink(missing_ok=True)
