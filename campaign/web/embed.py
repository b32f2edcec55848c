"""What a partner's page may load beside the frame: a script, without which the frame works, too."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from flask import Blueprint, Response, make_response
from flask.typing import ResponseReturnValue

from campaign.config import ROOT
from campaign.errors import NotFound
from campaign.web import headers

bp = Blueprint("embed", __name__, url_prefix="/embed")

HOUR_SECONDS, YEAR_SECONDS = 3_600, 365 * 24 * 3_600


@dataclass(frozen=True, slots=True)
class Script:
    """The script, and how a page can tell that it is this very one."""

    text: bytes
    version: str
    """Changes with the text; stands in the address under which it never changes."""
    integrity: str
    """What a page says in `integrity`; browsers look at it where the tag says `crossorigin`, too."""


@cache
def script() -> Script:
    """The script as this release has it."""
    text = (ROOT / "static" / "v1.js").read_bytes()
    digest = hashlib.sha384(text).digest()
    return Script(text, digest.hex()[:16], f"sha384-{base64.b64encode(digest).decode()}")


@bp.get("/v1.js")
def loader() -> ResponseReturnValue:
    """The script for most pages: it is renewed where it stands."""
    return headers.public(_answer(), seconds=HOUR_SECONDS)


@bp.get("/v1.<version>.js")
def pinned_loader(version: str) -> ResponseReturnValue:
    """The script for a page that checks what it loads: under this address it never changes."""
    if version != script().version:
        raise NotFound("There is no such version of this script. The address without a version has the newest.")
    response = headers.public(_answer(), seconds=YEAR_SECONDS)
    response.headers["Cache-Control"] += ", immutable"
    return response


def _answer() -> Response:
    response = make_response(script().text)
    response.mimetype = "text/javascript"
    return response
