"""The files of `static/`: named by their content and kept for good, or by their plain names and asked for again.

A page names `site.css` as `site.3f2a91c07d.css`. That address never answers with anything else, so browsers and caches
need never ask twice; a changed file has another address.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, request, url_for
from werkzeug.security import safe_join

from campaign.web import compression

HOUR = 3_600
YEAR = 365 * 24 * HOUR

TYPES = {
    ".css": "text/css",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webp": "image/webp",
}
"""What is served. Not the machine's own list: browsers run no script that comes as anything else."""

VERSIONED = re.compile(r"(?P<stem>.+)\.(?P<version>[0-9a-f]{10})(?P<suffix>\.[a-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it stands on the disk."""

    body: bytes
    version: str


def address(name: str) -> str:
    """The address of a file, which changes with its content."""
    asset = _find(name)
    if asset is None:
        raise FileNotFoundError(f"static/{name}")
    stem, dot, suffix = name.rpartition(".")
    return url_for("static", filename=f"{stem}.{asset.version}{dot}{suffix}")


def respond(name: str, max_age: int, *, immutable: bool = False) -> Response:
    """Answer with a file, compressed if the client takes that, that caches keep for so many seconds.

    Raises:
        werkzeug.exceptions.NotFound: there is no such file.
    """
    asset = _find(name) or abort(404)
    return _send(asset, name, max_age, immutable=immutable)


def show(filename: str) -> Response:
    """What stands at `/static/…`."""
    if asset := _find(filename):
        return _send(asset, filename, HOUR)
    if named := VERSIONED.fullmatch(filename):
        plain = named["stem"] + named["suffix"]
        asset = _find(plain)
        if asset and asset.version == named["version"]:
            return _send(asset, plain, YEAR, immutable=True)
    abort(404)


def _send(asset: Asset, name: str, max_age: int, *, immutable: bool = False) -> Response:
    response = Response(asset.body, mimetype=TYPES[Path(name).suffix])
    response.headers["Cache-Control"] = f"public, max-age={max_age}" + (", immutable" if immutable else "")
    compression.shrink(response, compression.for_good)
    response.add_etag()
    response.make_conditional(request, accept_ranges=True, complete_length=len(response.get_data()))
    return response


def _find(name: str) -> Asset | None:
    """A file by its plain name, read again when it has changed."""
    path = safe_join(str(current_app.static_folder), name)
    if path is None or Path(name).suffix not in TYPES:
        return None
    try:
        stat = Path(path).stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, ValueError):  # no such file; a folder; a name that no file can have
        return None


@lru_cache(maxsize=64)
def _read(path: str, _changed: int, _size: int) -> Asset:
    body = Path(path).read_bytes()
    return Asset(body, hashlib.sha256(body).hexdigest()[:10])


def init_app(app: Flask) -> None:
    app.view_functions["static"] = show  # Flask's own does none of this; `url_for("static", …)` stays
