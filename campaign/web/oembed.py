"""`/oembed`: what a site shows when somebody pastes the address of a letter into an article; see https://oembed.com.

It shows a card without a form: a form could not be sent from where sites put such things. An address that somebody asks
about is read by our own map of addresses, and never fetched.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from flask import Blueprint, Response, current_app, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from campaign.errors import Malformed, NotFound, Problem
from campaign.web import frames, headers, markup
from campaign.web.extensions import bank, settings
from campaign.web.share import absolute

bp = Blueprint("oembed", __name__)

ENDPOINTS = ("pages.home", "letters.show", "embed_letters.show")
"""The pages that a card stands for."""

URL_MAX = 2_000
"""Characters of an address that are looked at."""

CACHE_SECONDS = 3600

WIDTH = 600
HEIGHTS = ((520, 320), (380, 380), (0, 480))
"""From which width on which height holds a card without scrolling. Sites that listen to the card correct it."""

FRAME = Markup(
    '<iframe src="{src}" width="{width}" height="{height}" frameborder="0" marginwidth="0" marginheight="0" '
    'title="{title}"></iframe>'
)
"""With the attributes alone that WordPress leaves in place."""


class Unsupported(Problem):
    """It is asked for in a form that we do not write."""

    code = "unsupported"
    status = 501


@bp.get("/oembed")
def show() -> ResponseReturnValue:
    """What to show for `url`: as `json` or `xml`, not larger than `maxwidth` and `maxheight`."""
    form = request.args.get("format") or "json"
    if form not in ("json", "xml"):
        raise Unsupported("Ask for json or for xml.", field="format")
    most = {name: _length(name) for name in ("maxwidth", "maxheight")}
    slug, code = _read(request.args.get("url", ""))
    width = min(WIDTH, most["maxwidth"] or WIDTH)
    height = next(height for least, height in HEIGHTS if width >= least)
    height = min(height, most["maxheight"] or height)
    title = bank.letter(slug).file.title if slug else bank.campaign.name
    answer: dict[str, str | int] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": bank.campaign.name,
        "provider_url": absolute("pages.home"),
        "cache_age": CACHE_SECONDS,
        "width": width,
        "height": height,
        "html": FRAME.format(
            src=absolute("card.show", slug=slug, p=code),
            width=width,
            height=height,
            title=gettext("Write to Congress: %(title)s", title=title),
        ),
    }
    return headers.public(_as_xml(answer) if form == "xml" else jsonify(answer), seconds=CACHE_SECONDS)


def _as_xml(answer: dict[str, Any]) -> Response:
    root = markup.element("oembed")
    root.extend(markup.element(name, str(value)) for name, value in answer.items())
    response = make_response(markup.written(root))
    response.mimetype = "text/xml"
    return response


def _length(name: str) -> int | None:
    text = request.args.get(name, "")
    if text and not re.fullmatch(r"0{0,9}[1-9][0-9]{0,8}", text):
        raise Malformed("This is to be a number of pixels.", field=name)
    return int(text) if text else None


def _read(url: str) -> tuple[str | None, str | None]:
    """From an address of ours to the letter that it shows, None for all of them, and the partner whom it names.

    Raises:
        NotFound: it is no address of a letter that can be written, nor that of the first page.
    """
    unknown = NotFound("This is not the address of a letter that can be written here.")
    try:
        parts = urlsplit(url[:URL_MAX])
        path = unquote(_path(parts), errors="strict")
        endpoint, values = current_app.url_map.bind("localhost").match(path, method="GET")
    except (ValueError, HTTPException):  # no address; none of ours
        raise unknown from None
    slug: str | None = values.get("slug")
    if endpoint not in ENDPOINTS or (slug and not bank.letter(slug).live):
        raise unknown
    partner = frames.known(parse_qs(parts.query).get("p", [""])[0])
    return slug, partner.code if partner else None


def _path(parts: SplitResult) -> str:
    """The path below our own address: the public one, or the one that this request was sent to.

    Raises:
        ValueError: it is on another site.
    """
    for base in (urlsplit(settings.public_url), urlsplit(request.host_url.rstrip("/"))):
        if _origin(parts) == _origin(base) and f"{parts.path}/".startswith(f"{base.path}/"):
            return parts.path.removeprefix(base.path) or "/"
    raise ValueError


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    if parts.username is not None:
        raise ValueError  # a name before the host can pass for another host
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
