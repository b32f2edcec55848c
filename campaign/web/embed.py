"""What a partner's page may load beside the frame: a script, without which the frame works, too."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from flask import Blueprint
from flask.typing import ResponseReturnValue

from campaign.config import ROOT
from campaign.errors import NotFound
from campaign.web import assets

bp = Blueprint("embed", __name__, url_prefix="/embed")

NAME = "v1.js"


@dataclass(frozen=True, slots=True)
class Script:
    """The script, and how a page can tell that it is this very one."""

    version: str
    """Changes with the text; stands in the address under which it never changes."""
    integrity: str
    """What a page says in `integrity`; browsers look at it where the tag says `crossorigin`, too."""


@cache
def script() -> Script:
    """The script as this release has it."""
    digest = hashlib.sha384((ROOT / "static" / NAME).read_bytes()).digest()
    return Script(digest.hex()[:16], f"sha384-{base64.b64encode(digest).decode()}")


@bp.get("/v1.js")
def loader() -> ResponseReturnValue:
    """The script for most pages: it is renewed where it stands."""
    return assets.respond(NAME, assets.HOUR)


@bp.get("/v1.<version>.js")
def pinned_loader(version: str) -> ResponseReturnValue:
    """The script for a page that checks what it loads: under this address it never changes."""
    if version != script().version:
        raise NotFound("There is no such version of this script. The address without a version has the newest.")
    return assets.respond(NAME, assets.YEAR, immutable=True)
