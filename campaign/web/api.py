"""`/api/v1`: the look-up and the public figures, for pages and programs. Errors have one shape; see `errors`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from campaign import clock
from campaign.addresses import CITY_MAX, STREET_MAX, parse_line, parse_state, parse_zip
from campaign.congress import Query
from campaign.errors import Malformed
from campaign.web import counts, frames, headers, madeup, metrics
from campaign.web.extensions import bank, congress, settings

bp = Blueprint("api", __name__, url_prefix="/api/v1")
bp.before_request(frames.find_partner)

FIELDS = ("zip", "street", "city", "state")


@bp.post("/lookup")
def lookup() -> ResponseReturnValue:
    """Who represents an address: `{zip, street?, city?, state?}` in, offices and candidates out."""
    try:
        given: Any = request.get_json(silent=True)
    except RecursionError:  # brackets in brackets, by the thousand
        given = None
    if not isinstance(given, dict) or not all(isinstance(given.get(name, ""), str) for name in FIELDS):
        raise Malformed("Send a JSON object with text in `zip`, and perhaps in `street`, `city` and `state`.")
    text = {name: given.get(name, "").strip() for name in FIELDS}
    query = Query(
        zip=parse_zip(text["zip"]),
        street=parse_line(text["street"], "street", STREET_MAX, "") if text["street"] else "",
        city=parse_line(text["city"], "city", CITY_MAX, "") if text["city"] else "",
        state=parse_state(text["state"]) if text["state"] else "",
    )
    answer = congress.look_up(query, clock.calendar(settings))
    metrics.looked_up(answer.source)
    return jsonify(answer.to_json(gettext))


@bp.get("/counts")
def show_counts() -> ResponseReturnValue:
    """The public figures, of the whole campaign or, with `?p=`, of one partner. What is withheld is null.

    Goal and milestone are the campaign's in both.
    """
    # A paused partner's figures are still its own, and not the campaign's.
    figures = counts.public(named.code if (named := frames.named()) else None)
    response = jsonify(
        as_of=counts.as_of(),
        letters=figures.letters,
        pledges={"total": figures.pledges, "by_kind": figures.pledges_by_kind},
        handovers=figures.handovers,
        by_state=figures.by_state,
        by_partner=figures.by_partner,
        goal=bank.campaign.goal,
        milestone=bank.campaign.milestone(counts.public().letters or 0),
        **({"demonstration": True} if madeup.is_demonstration() else {}),
    )
    return headers.public(response, seconds=10)
