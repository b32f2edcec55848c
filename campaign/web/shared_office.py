"""`/office`: the page of one office for somebody outside the organizers' room, behind a link that ends."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from campaign import clock, shares
from campaign.web import limits, offices
from campaign.web.extensions import database

bp = Blueprint("shared_office", __name__, url_prefix="/office")


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """The page as it stands now. A link that has ended and one that never was get the same answer."""
    limits.look()
    with database.read() as session:
        share = shares.find(session, token, clock.wall())
    shown = offices.page(share.seat)
    if shown["office"].bioguide != share.bioguide:  # somebody else holds the seat now
        raise shares.gone()
    return render_template("office/page.html", **shown, ends_at=share.ends_at)
