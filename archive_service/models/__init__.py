"""Rows: columns, relations, constraints; no behaviour beyond three-line properties.

Importing this package loads every table, which Alembic and `create_all` need.
"""

from archive_service.models import account, batch, case, inspection, job, ledger, likeness, organisation, record, search, student, upload

__all__ = ["account", "batch", "case", "inspection", "job", "ledger", "likeness", "organisation", "record", "search", "student", "upload"]
