"""`/embed/card/…`: a letter in brief, which anybody's page may frame. It has no form: its one button leads to it.

Nothing may break a card that stands in somebody's article: a partner that we do not know, or no longer, is left out,
and a letter that is gone leads to those that are there.
"""

from __future__ import annotations

from flask import Blueprint, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from campaign.errors import NotFound
from campaign.web import counts, frames, headers
from campaign.web.extensions import bank

bp = Blueprint("card", __name__, url_prefix="/embed/card")

CACHE_SECONDS = 60


@bp.get("")
@bp.get("/<slug>")
def show(slug: str | None = None) -> ResponseReturnValue:
    """The card of a letter; without one, that of the whole campaign."""
    g.partner = frames.known(request.args.get("p", ""))
    figures = counts.public()
    try:
        letter = bank.letter(slug) if slug else None
    except NotFound:
        return render_template("card.html", gone=True, counts=figures), 404
    return headers.public(make_response(render_template("card.html", letter=letter, counts=figures)), CACHE_SECONDS)
