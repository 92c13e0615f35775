"""Built files are named by what they are, served by their digest, and kept for a year."""

import json
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from archive_service.web.assets import AssetsMissing, init_assets


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    (tmp_path / "manifest.json").write_text(json.dumps({"app.js": "app-1F.js"}))
    (tmp_path / "app-1F.js").write_text("1")
    app = Flask(__name__, static_folder=None)
    init_assets(app, tmp_path)
    app.add_url_rule("/", endpoint="built", view_func=lambda: render_template_string("{{ asset('app.js') }}"))
    app.add_url_rule("/unbuilt", endpoint="unbuilt", view_func=lambda: render_template_string("{{ asset('lost.js') }}"))
    return app


def test_a_logical_name_becomes_the_url_with_the_digest(app: Flask) -> None:
    assert app.test_client().get("/").text == "/static/app-1F.js"


def test_built_files_are_kept_and_pages_are_not(app: Flask) -> None:
    client = app.test_client()
    built = client.get("/static/app-1F.js", buffered=True).cache_control
    assert (built.max_age, built.immutable) == (31_536_000, True)
    assert client.get("/").cache_control.max_age is None
    assert client.get("/static/lost.js").cache_control.max_age is None


def test_a_name_that_was_not_built_is_a_fault_of_the_page(app: Flask) -> None:
    app.testing = True
    with pytest.raises(KeyError):
        app.test_client().get("/unbuilt")


def test_without_a_build_the_service_says_how_to_build(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="npm run build"):
        init_assets(Flask(__name__), tmp_path / "nowhere")
