"""`/visit`: a visit to a member's local office, for a calendar. It says where, and nothing about who goes."""

from __future__ import annotations

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from campaign import clock
from campaign.delivery import visits
from campaign.errors import NotFound
from campaign.web.extensions import bank, congress, settings

bp = Blueprint("visit", __name__)


@bp.get("/visit/<seat>/<place>.ics")
def show(seat: str, place: str) -> ResponseReturnValue:
    """An entry for a calendar; `place` is the local office's code."""
    office = congress.office(seat, clock.calendar(settings))
    local = next((one for one in office.local_offices if one.code == place), None)
    if local is None or office.vacant:
        raise NotFound("This district office is not listed any more. Go back, reload the page and choose another.")
    summary = gettext("Visit the office of %(title)s %(name)s", title=gettext(office.title), name=office.name)
    about = [
        gettext("Call ahead, and move this entry to the time that you agree on."),
        *([gettext("Phone: %(phone)s", phone=local.phone)] if local.phone else []),
        *([gettext("Hours: %(hours)s", hours=local.hours)] if local.hours else []),
        gettext("Bring your letter on paper, and say in a minute why you came."),
    ]
    day = clock.day(settings, bank.campaign.zone)
    response = make_response(visits.entry(office, local, summary, "\n".join(about), day))
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = f'attachment; filename="visit-{seat}.ics"'
    return response
