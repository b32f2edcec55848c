"""The hand-over to a donation page: counted, and only ever to an address of the allow-list."""

from __future__ import annotations

import logging
from contextlib import suppress

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from campaign import clock, donations
from campaign.addresses import parse_state
from campaign.errors import Malformed, NotFound
from campaign.web import asking, frames, whence
from campaign.web.extensions import bank, database, keys, settings

log = logging.getLogger(__name__)

bp = Blueprint("donate", __name__)


@bp.get("/donate/<code>")
def hand_over(code: str) -> ResponseReturnValue:
    """Count a hand-over and redirect.

    `p` names the partner; `letter`, `state` and `ref` say whence, where a kit sent them. Where
    it leads is made of what stands in the file alone; only a person gets an id along.
    """
    destination = bank.destination(code)
    by = asking.who_asks(request)
    token = donations.new_token(keys) if by == "person" and destination.click_parameter else None
    try:
        about = _about()
        database.write(
            lambda session: donations.record_click(
                session,
                code,
                day=clock.day(settings, bank.campaign.zone),
                now=clock.wall(),
                by=by,
                token=token,
                **about,
            )
        )
    except SQLAlchemyError as error:  # whoever wants to give is worth more than the count
        log.error("hand-over not counted", extra={"error": type(error).__name__})
        token = None  # an id that is stored nowhere would only puzzle whoever reads it later
    return redirect(destination.target(token), 303)


def _about() -> dict[str, str | None]:
    """Partner, letter, state and source. One that we do not know, or no longer, is as if it were not said."""
    found: dict[str, str | None] = {"partner": None, "letter": None, "state": None, "source": whence.source()}
    with suppress(NotFound):
        frames.find_partner()
        found["partner"] = frames.partner_code()
    if slug := request.args.get("letter"):
        with suppress(NotFound):
            found["letter"] = bank.letter(slug).slug
    if state := request.args.get("state"):
        with suppress(Malformed):
            found["state"] = parse_state(state)
    return found
