"""`/organize/log`: who did what."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from campaign import audit
from campaign.web import room
from campaign.web.extensions import database

bp = room.blueprint("log", __name__, "/log", least="admin")

AT_ONCE = 100
"""Entries on one page."""


@bp.get("", strict_slashes=False)
def show() -> ResponseReturnValue:
    organizer, action = request.args.get("organizer", ""), request.args.get("action", "")
    before = request.args.get("before", type=int)
    with database.read() as db:
        entries = audit.newest(db, organizer=organizer, action=action, before=before, most=AT_ONCE + 1)
        everybody = audit.organizers(db)
    return render_template(
        "organize/log.html",
        entries=entries[:AT_ONCE],
        more=entries[AT_ONCE - 1].id if len(entries) > AT_ONCE else None,
        everybody=everybody,
        actions=audit.ACTIONS,
        organizer=organizer,
        action=action,
        before=before,
    )
