"""`/organize/log`: who did what."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from campaign import audit
from campaign.models import Entry
from campaign.web import room
from campaign.web.extensions import database, keys

bp = room.blueprint("log", __name__, "/log", least="admin")

AT_ONCE = 100
"""Entries on one page."""


def _newest(db: Session, organizer: str, action: str, before: int | None) -> list[Entry]:
    return audit.newest(db, organizer=organizer, action=action, before=before, most=AT_ONCE + 1)


def _number(text: str) -> int:
    """The number of an entry, as databases have them; else a ValueError, and there is none."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ValueError
    return int(text)


def _mark(email: str) -> str:
    """By what somebody is named in an address, where their own does not belong."""
    return keys.fingerprint("log", email)[:16]


@bp.get("", strict_slashes=False)
def show() -> ResponseReturnValue:
    who, action = request.args.get("who", ""), request.args.get("action", "")
    before = request.args.get("before", type=_number)
    with database.read() as db:
        everybody = {_mark(email): email for email in audit.organizers(db)}
        # What no entry has is not asked for: PostgreSQL takes not every sign for text.
        has_some = who in ("", *everybody) and action in ("", *audit.ACTIONS)
        entries = _newest(db, everybody.get(who, ""), action, before) if has_some else []
    return render_template(
        "organize/log.html",
        entries=entries[:AT_ONCE],
        more=entries[AT_ONCE - 1].id if len(entries) > AT_ONCE else None,
        everybody=everybody,
        actions=audit.ACTIONS,
        who=who,
        action=action,
        before=before,
    )
