"""Where the built browser files are: logical name in, hashed URL out.

Lives here: the manifest that `npm run build` writes, the `asset` function of templates and the caching of `/static`.
Not here: how the files are made (frontend/build.mjs). Called by app.py, once, when the application is put together.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, request, url_for

STATIC = Path(__file__).resolve().parents[2] / "build" / "static"
_YEAR_SECONDS = 31_536_000


class AssetsMissing(Exception):
    """The browser files have not been built; the message says how to build them."""


def read_manifest(folder: Path) -> Mapping[str, str]:
    """Hashed file name of every logical name, as the build wrote it.

    Raises:
        AssetsMissing: the folder holds no manifest.
    """
    try:
        text = (folder / "manifest.json").read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        raise AssetsMissing(f"{folder} holds no manifest.json: run `npm ci && npm run build`") from missing
    names: dict[str, str] = json.loads(text)
    return names


def init_assets(app: Flask, folder: Path = STATIC) -> None:
    """Serve `folder` under /static and give templates `asset(name)`."""
    names = read_manifest(folder)
    app.static_folder = str(folder)
    if "static" not in app.view_functions:
        app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=app.send_static_file)

    def asset(name: str) -> str:
        return url_for("static", filename=names[name])

    app.jinja_env.globals["asset"] = asset
    app.after_request(_keep_hashed_files)


def _keep_hashed_files(response: Response) -> Response:
    """Names carry the digest of the bytes, so a browser on a slow line need never ask again."""
    if request.endpoint == "static" and response.status_code == HTTPStatus.OK:
        response.cache_control.public = True
        response.cache_control.max_age = _YEAR_SECONDS
        response.cache_control.immutable = True
    return response
