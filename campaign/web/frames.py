"""One flow, two frames: the supporter's pages alone on the site, and the same ones inside a partner's page.

A blueprint that is shown in both is registered twice, the second time under `/embed` and with a name that begins with
`embed_`. Links between such pages go through `here`, which stays in the frame and keeps the partner.
"""

from __future__ import annotations

import logging
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, has_request_context, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from campaign import partners
from campaign.errors import Malformed, NotFound
from campaign.origins import parse_origin
from campaign.partners import Partner
from campaign.web import look, tokens
from campaign.web.extensions import database

log = logging.getLogger(__name__)

PREFIX = "embed_"

REFERRER_MAX = 2_000
"""Characters of a referrer that are looked at."""


def framed() -> bool:
    """Whether this request is for a page that a partner's site may frame."""
    return bool(request.blueprint and request.blueprint.startswith(PREFIX))


def named() -> Partner | None:
    """The partner that the address names, whether or not it takes part."""
    found: Partner | None = g.get("named")
    return found


def partner() -> Partner | None:
    """The partner through whose site this request comes; None for one that is paused, for which nothing counts."""
    found: Partner | None = g.get("partner")
    return found


def partner_code() -> str | None:
    found = partner()
    return found.code if found else None


def origins() -> tuple[str, ...]:
    """The origins that may frame the page of this request, beside our own.

    Those of a paused partner, and one that it has given up, may frame one page: what answers a form that was open in
    their frame. A browser that refused to show it would lose what somebody has typed.
    """
    if "left" in g:
        return cast(tuple[str, ...], g.left)
    found = partner()
    return found.origins if found and framed() else ()


def framing_origin() -> str | None:
    """The partner's origin that frames the page of this request, if the browser says it and it is one of theirs.

    A page's first request has the framing page for its referrer. Anybody can say anything there: it tells which of a
    partner's sites somebody came through, and allows nothing.
    """
    try:
        referrer = urlsplit(request.headers.get("Referer", "")[:REFERRER_MAX])
        origin = parse_origin(f"{referrer.scheme}://{referrer.netloc}")
    except (Malformed, ValueError):
        return None
    return origin if origin in origins() else None


def find(code: str) -> Partner | None:
    """The partner with this code, if there is one."""
    with database.read() as session:
        return partners.find(session, code)


def known(code: str) -> Partner | None:
    """The partner for whom something may count, by a code that somebody else's page carries; None without one."""
    found = find(code) if code else None
    return None if found and found.paused else found


def find_partner() -> ResponseReturnValue | None:
    """Read the partner from the address (`?p=`). Through a paused one, all pages are as if they named none.

    A form that was open in a paused partner's frame, or at an origin that a partner has given up, is answered at once,
    with a page that leads out of the frame and holds all that was typed: what comes later could not be shown there. So
    is every form while the partners cannot be read.

    Raises:
        NotFound: there is no such partner.
    """
    if code := request.args.get("p"):
        try:
            g.named = find(code)
        except SQLAlchemyError as error:
            if not request.form:  # nothing was typed that could be lost
                raise
            log.error("partner not read", extra={"error": type(error).__name__})
            framing = tokens.framing_of(request.form, code)
            g.left = (framing,) if framing and framed() else ()
            return _go_on_outside(broken=True), 503
        if g.named is None:
            raise NotFound("This link names a partner that we do not know. The letters are on our first page.")
        through(g.named)
        if framed() and request.method == "POST" and (left := _left(g.named)):
            g.left = left
            return _go_on_outside(), 409
    return None


def _go_on_outside(*, broken: bool = False) -> str:
    return render_template("left.html", fields=list(request.form.items(multi=True)), broken=broken)


def _left(found: Partner) -> tuple[str, ...]:
    """The origins in whose frame a form of this partner may be open still that is not to be shown there any more."""
    framing = tokens.framing_of(request.form, found.code)
    if found.paused:
        return (*found.origins, *([framing] if framing and framing not in found.origins else []))
    return (framing,) if framing and framing not in found.origins else ()


def through(found: Partner | None) -> None:
    """Take this for the partner through whose site the request comes, unless it is paused."""
    g.partner = None if found and found.paused else found


def language() -> str:
    """The language of this request's page: in a frame the one that its address asks for."""
    chosen = look.look().lang if has_request_context() and framed() else ""
    return chosen or look.LANGUAGES[0]


def kept() -> dict[str, str]:
    """What every address within the flow keeps of this request's: the partner, and in a frame the look.

    A form that is sent by GET has it as hidden fields, since browsers drop the query of such a form's address.
    """
    code = partner_code()
    return ({"p": code} if code else {}) | (look.look().tokens if framed() else {})


def here(endpoint: str, **values: Any) -> str:
    """The address of a page of the flow, in the frame, with the look and for the partner of this request."""
    return url_for(f"{PREFIX if framed() else ''}{endpoint}", **(kept() | values))


def alone() -> str | None:
    """The address at which a framed page stands alone, for the same partner; None where there is no such page."""
    if request.endpoint is None:
        return None
    return url_for(request.endpoint.removeprefix(PREFIX), **request.view_args or {}, p=partner_code())


def register(app: Flask, blueprint: Blueprint) -> None:
    """Show a blueprint in both frames."""
    app.register_blueprint(blueprint)
    app.register_blueprint(blueprint, name=f"{PREFIX}{blueprint.name}", url_prefix="/embed")


def init_app(app: Flask) -> None:
    app.add_template_global(here)
    app.add_template_global(kept)
    app.add_template_global(framed)
    app.add_template_global(language)
    app.add_template_global(partner)
    app.add_template_global(named)
    app.add_template_global(origins)
    app.add_template_global(alone)
