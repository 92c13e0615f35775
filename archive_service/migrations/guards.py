"""The triggers that keep rows from being edited or removed: which must stand, which do, and how they are put back.

Lives here: the tables they are on, and what each looks like in each database. The migrations made them and stay as they are; a test
compares a fresh schema with this. A trigger that was switched off or hollowed out is none. Called by the doctor, `verify-ledger` and
`xueji init`.
"""

from sqlalchemy import Connection, text

TABLES = ("event", "event_link", "custody_event", "case_decision", "organisation_term")
ACTS = ("UPDATE", "DELETE")
BEFORE_UPDATE_DELETE_TRUNCATE = 2 | 16 | 8 | 32  # PostgreSQL's `tgtype`, once for each statement
BODY = " BEGIN RAISE EXCEPTION '{table} is append-only'; END "
STANDING = text(
    "select f.prosrc from pg_trigger t join pg_proc f on f.oid = t.tgfoid where t.tgrelid = to_regclass(:table) "
    "and t.tgname = :name and t.tgtype = :type and t.tgenabled in ('O', 'A') and t.tgqual is null"
)


def missing(connection: Connection) -> list[str]:
    """The tables whose rows may be edited or removed although they must not, in the order of `TABLES`."""
    if connection.dialect.name == "sqlite":
        standing = set(connection.execute(text("select sql from sqlite_master where type = 'trigger'")).scalars())
        return [table for table in TABLES if not standing.issuperset(_of_sqlite(table).values())]
    return [table for table in TABLES if not _stands(connection, table)]


def put_back(connection: Connection, table: str) -> None:
    """Make a table's triggers anew, whatever stands in their place."""
    if connection.dialect.name == "sqlite":
        for name, statement in _of_sqlite(table).items():
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            connection.execute(text(statement))
        return
    name = f"{table}_append_only"
    connection.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
    connection.execute(text(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${BODY.format(table=table)}$$"))
    made = f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    connection.execute(text(made))


def _of_sqlite(table: str) -> dict[str, str]:
    """Each trigger's name and the very text SQLite keeps of it."""
    body = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    names = {act: f"{table}_no_{act.lower()}" for act in ACTS}
    return {name: f"CREATE TRIGGER {name} BEFORE {act} ON {table} {body}" for act, name in names.items()}


def _stands(connection: Connection, table: str) -> bool:
    named = {"table": table, "name": f"{table}_append_only", "type": BEFORE_UPDATE_DELETE_TRUNCATE}
    return connection.execute(STANDING, named).scalar() == BODY.format(table=table)
