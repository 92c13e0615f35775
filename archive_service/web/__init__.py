"""Screens: one module per screen, thin: parse, authorise, call one service, render."""

from flask import Flask

from archive_service.settings import Settings
from archive_service.web import (
    account,
    accounts,
    capture,
    case_new,
    cases,
    home,
    ledger,
    operations,
    record,
    review,
    sampling,
    search,
    sign_in,
    students,
    tray,
)
from archive_service.web.assets import init_assets
from archive_service.web.formats import init_formats
from archive_service.web.frame import init_frame
from archive_service.web.pages import pages

SCREENS = (
    sign_in,
    home,
    capture,
    tray,
    record,
    review,
    sampling,
    cases,
    case_new,
    students,
    search,
    operations,
    ledger,
    accounts,
    account,
)  # each adds its routes when loaded


def register_pages(app: Flask, settings: Settings) -> None:
    """Serve the screens."""
    init_assets(app)
    init_formats(app)
    init_frame(app, settings)
    app.register_blueprint(pages)
