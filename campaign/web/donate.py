"""The hand-over to a donation page: counted, and only ever to an address of the allow-list."""

from __future__ import annotations

import logging

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from campaign import clock, donations
from campaign.addresses import parse_state
from campaign.web import asking, frames
from campaign.web.extensions import bank, database, keys, settings

log = logging.getLogger(__name__)

bp = Blueprint("donate", __name__)
bp.before_request(frames.find_partner)


@bp.get("/donate/<code>")
def hand_over(code: str) -> ResponseReturnValue:
    """Count a hand-over and redirect. `p` names the partner; `letter` and `state` say whence, where a kit sent them.

    Where it leads is made of what stands in the file alone; only a person gets an id along.
    """
    destination = bank.destination(code)
    letter, state = request.args.get("letter"), request.args.get("state")
    letter = bank.letter(letter).slug if letter else None
    state = parse_state(state) if state else None
    by = asking.who_asks(request)
    token = donations.new_token(keys) if by == "person" and destination.click_parameter else None
    try:
        database.write(
            lambda session: donations.record_click(
                session,
                code,
                day=clock.day(settings, bank.campaign.zone),
                now=clock.wall(),
                partner=frames.partner_code(),
                letter=letter,
                state=state,
                by=by,
                token=token,
            )
        )
    except SQLAlchemyError as error:  # whoever wants to give is worth more than the count
        log.error("hand-over not counted", extra={"error": type(error).__name__})
        token = None  # an id that is stored nowhere would only puzzle whoever reads it later
    return redirect(destination.target(token), 303)
