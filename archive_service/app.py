"""The web application, put together: one archive, two faces (pages and API), one guard.

Lives here: `create_app`. Not here: routes (`web`, `api`), what they do (services). gunicorn calls `wsgi` in each web process.
"""

import gc
from threading import Thread

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from archive_service import logs
from archive_service.api import register_api
from archive_service.archive import Archive, open_archive
from archive_service.http.errors import register_errors
from archive_service.http.guard import register_guard
from archive_service.http.headers import register_headers
from archive_service.services.doctor_quick import QuickLook
from archive_service.settings import ROOT, Settings, load
from archive_service.web import register_pages

FORM_BYTES = 1_048_576  # a form is small; files come through the upload calls, which have their own limit


def create_app(settings: Settings, archive: Archive | None = None) -> Flask:
    """The application over an archive; the archive is opened here unless given."""
    app = Flask("archive_service", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_file.read_text("ascii").strip(),
        MAX_CONTENT_LENGTH=settings.intake.max_bytes + FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        SESSION_COOKIE_NAME="__Host-xueji_form" if settings.service.secure_cookies else "xueji_form",
        SESSION_COOKIE_SECURE=settings.service.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.url_map.merge_slashes = False  # it answers with a redirect to whatever host was claimed
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    the = app.extensions["archive"] = archive or open_archive(settings)
    app.extensions["quick_look"] = QuickLook(the)
    if settings.service.trusted_proxies:
        number = settings.service.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=number)  # type: ignore[method-assign]  # Flask's own way
    csrf = CSRFProtect()
    register_headers(app, settings)
    register_errors(app)
    register_guard(app, csrf, settings)
    csrf.init_app(app)
    register_pages(app, settings)
    register_api(app)
    return app


def wsgi() -> Flask:
    """The application of the instance the environment names."""
    settings = load()
    logs.configure(settings.log)
    app = create_app(settings)
    archive: Archive = app.extensions["archive"]
    gc.freeze()  # what was loaded stays for good; a full collection, one in some 250 searches, takes 15 ms instead of 130
    # The door's helper takes a second to start; the first upload should not have to wait for it.
    Thread(target=archive.reader.sniff, args=(b"",), daemon=True).start()
    return app
