"""The API under /api/v1 that outside programs rely on: names fixed by its document, thin calls over the same services as the screens."""

from flask import Flask

from archive_service.api import batches, cases, finding, openapi, records, registry, uploads, watching
from archive_service.api.operations import api

MODULES = (records, uploads, batches, finding, registry, cases, watching, openapi)  # each declares its calls when loaded


def register_api(app: Flask) -> None:
    """Serve the API."""
    app.register_blueprint(api)


__all__ = ["MODULES", "register_api"]
