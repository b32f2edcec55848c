"""`/organize/todo`: what needs doing, in words, and where."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_timedelta
from flask_babel import lazy_gettext as _

from campaign import clock, upkeep
from campaign.upkeep import Finding, Situation
from campaign.web import room
from campaign.web.extensions import bank, congress, database, settings
from campaign.web.i18n import say

bp = room.blueprint("todo", __name__, "/todo")

TITLES = {"now": _("Now"), "soon": _("Soon"), "fine": _("All is well here")}

PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "mail": ("lists.show", {"name": "mails"}),
    "accounts": ("people.show", {}),
    "worker": ("batches.show", {}),
}
"""Where more stands about something: an endpoint and its values. Whoever may not open it is told so there."""


def look() -> list[Finding]:
    """Everything there is to say now."""
    today = clock.day(settings, bank.campaign.zone)
    situation = Situation(_actual(settings), _actual(bank), congress.roster, clock.wall(), today)
    with database.read() as db:
        return upkeep.findings(db, situation)


def _actual(proxy: Any) -> Any:
    """What a proxy stands for."""
    return proxy._get_current_object()


def sentence(finding: Finding) -> str:
    """A finding in the language of the page."""
    told = {name: _told(value) for name, value in finding.values.items()}
    return say(finding.sentence, told or None)


def _told(value: Any) -> Any:
    if isinstance(value, timedelta):
        return format_timedelta(value)
    return format_date(value, "long") if isinstance(value, date) else value


@bp.get("", strict_slashes=False)
def show() -> ResponseReturnValue:
    found = look()
    by_urgency = {name: [one for one in found if one.urgency == name] for name in upkeep.URGENCIES}
    return render_template(
        "organize/todo.html",
        found=by_urgency,
        titles=TITLES,
        sentence=sentence,
        place=place,
        undone=upkeep.undone(found),
    )


def place(finding: Finding) -> str:
    """The address of the page where more stands about it, if there is one."""
    if finding.about not in PLACES or finding.urgency == "fine":
        return ""
    endpoint, values = PLACES[finding.about]
    return url_for(endpoint, **values)
