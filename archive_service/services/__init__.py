"""Use cases: one public function = one use case = one write transaction.

Callers are `web/`, `api/`, the worker and the command line. Services receive the `Archive` and the `Actor`; they speak to rows,
adapters and rules. Helpers that take `session` never open or commit a transaction.
"""
