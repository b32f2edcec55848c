"""The pages that are the same for everybody: the case for parole, and what a site owes its visitors."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from campaign import partners
from campaign.web import assets, counts, frames, headers, share
from campaign.web.extensions import bank, database

bp = Blueprint("pages", __name__)
bp.before_request(frames.find_partner)

framed_bp = Blueprint("abroad", __name__)
framed_bp.before_request(frames.find_partner)


def _page(template: str, **values: object) -> Response:
    return headers.public(make_response(render_template(template, **values)))


@bp.get("/")
def home() -> ResponseReturnValue:
    return _page(
        "home.html",
        live=bank.shown("live"),
        ended=bank.shown("ended"),
        counts=counts.public(),
        share=share.links(None, frames.partner_code()),
    )


@bp.get("/parole")
def parole() -> ResponseReturnValue:
    return _page("parole.html", live=bank.shown("live"), facts=bank.facts)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    return _page("privacy.html")


@bp.get("/about/counting")
def counting() -> ResponseReturnValue:
    """What each public figure counts, and all of them as they stand."""
    with database.read() as session:
        names = {one.code: one.name for one in partners.all_of(session)}
    labels = {code: kind.label for code, kind in bank.pledges.items()}
    return _page("counting.html", counts=counts.public(), names=names, labels=labels)


@bp.get("/contact")
def contact() -> ResponseReturnValue:
    return _page("contact.html")


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    return _page("accessibility.html")


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    response = make_response(render_template("robots.txt"))
    response.mimetype = "text/plain"
    return headers.public(response, seconds=3600)


@framed_bp.get("/abroad")
def show() -> ResponseReturnValue:
    """For people without a U.S. address: what they can do instead."""
    return _page("abroad.html", share=share.links(None, frames.partner_code()))


@bp.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Where browsers look without being told."""
    return assets.respond("favicon.ico", assets.HOUR)
