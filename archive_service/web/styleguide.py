"""The internal page that shows every component and every screen in every state; development only.

Lives here: its routes and the loading of sample contexts (templates/styleguide/samples/*.yaml, one file per screen, one key
per state). Not here: the components themselves. Registered by app.py when `service.styleguide` is on; run as a module it
serves the screens alone, with sample papers, so that a screen can be looked at before its service exists.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Flask, Response, abort, jsonify, redirect, render_template, request, url_for
from flask_wtf import CSRFProtect
from PIL import Image
from werkzeug.wrappers import Response as BaseResponse

from archive_service.http.headers import POLICY
from archive_service.web.assets import STATIC, init_assets
from archive_service.web.formats import init_formats

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_SAMPLES = TEMPLATES / "styleguide" / "samples"
_SHEET = TEMPLATES / "styleguide" / "paper.png"
_PREVIEW_PORT = 8099

blueprint = Blueprint("styleguide", __name__, url_prefix="/styleguide")


class _PlainWords(yaml.CSafeLoader):
    """YAML in which `no` and `on` are words, as they are in our names."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - shape set by the library
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


@cache
def _samples(name: str) -> dict[str, Any]:
    """The samples of one screen; the people and papers of _shared.yaml are anchors in all of them."""
    files = ("_shared", name)
    text = "".join((_SAMPLES / f"{one}.yaml").read_text(encoding="utf-8") for one in files)
    loaded: dict[str, Any] = yaml.load(text, _PlainWords)  # noqa: S506 - a safe loader
    return {state: context for state, context in loaded.items() if not state.startswith("_")}


def _screens() -> dict[str, list[str]]:
    """Every screen with the states it has samples for."""
    return {name: list(_samples(name)) for name in _screen_names()}


def _screen_names() -> list[str]:
    return sorted(path.stem for path in _SAMPLES.glob("[!_]*.yaml"))


@blueprint.get("")
def components() -> str:
    """Every component in every state, and the list of screens."""
    shown = _samples("_components")
    return render_template("styleguide/components.html", frame=_samples("_frame")["registrar"], screens=_screens(), **shown)


@blueprint.get("/<screen>/<state>")
def screen(screen: str, state: str) -> str:
    """One screen in one state, from its sample context."""
    if screen not in _screen_names() or state not in _samples(screen):
        abort(404)
    context = dict(_samples(screen)[state])
    frame = _samples("_frame")[context.pop("role", "registrar")] | context.pop("frame", {})
    template = context.pop("template", f"pages/{screen}.html")
    return render_template(template, frame=frame, **context)


def _sample_page(record: str, no: int) -> Response:
    """One drawn sheet in place of every scan, at the width that is asked for."""
    del record, no
    with Image.open(_SHEET) as sheet:
        width = min(request.args.get("width", sheet.width, type=int), sheet.width)
        page = sheet.convert("RGB").resize((width, round(sheet.height * width / sheet.width)))
    out = BytesIO()
    page.save(out, "png")
    return Response(out.getvalue(), mimetype="image/png")


def _sample_transcript(record: str) -> Response:
    del record
    return jsonify(_samples("_transcript"))


def preview_app(static: Path = STATIC) -> Flask:
    """The screens alone: samples, sample papers, the content policy of production, no database."""
    app = Flask(__name__, template_folder=str(TEMPLATES), static_url_path="/static", static_folder=None)
    app.config["SECRET_KEY"] = "preview of sample data only"  # noqa: S105 - guards nothing: the preview has no accounts
    app.config["TEMPLATES_AUTO_RELOAD"] = True
    init_assets(app, static)
    init_formats(app)
    CSRFProtect(app)
    app.register_blueprint(blueprint)
    app.add_url_rule("/", view_func=_to_components)
    app.add_url_rule("/api/v1/records/<record>/pages/<int:no>/image", view_func=_sample_page)
    app.add_url_rule("/api/v1/records/<record>/transcript", view_func=_sample_transcript)
    app.after_request(_with_policy)
    return app


def _to_components() -> BaseResponse:
    return redirect(url_for("styleguide.components"))


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


if __name__ == "__main__":
    preview_app().run("127.0.0.1", _PREVIEW_PORT)
