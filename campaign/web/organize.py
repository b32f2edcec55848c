"""The organizers' room: the only place with sessions, cookies and accounts."""

from __future__ import annotations

from typing import Any

from flask import (
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from campaign import audit, clock, exports, upkeep
from campaign.web import figures, passing, room, spreadsheets, todo
from campaign.web.extensions import bank, database, keys, settings

bp = room.blueprint("organize", __name__, "")


@bp.get("/", strict_slashes=False)
def dashboard() -> ResponseReturnValue:
    return render_template(
        "organize/dashboard.html",
        **_figures(),
        undone=upkeep.undone(todo.look()),
        sentence=todo.sentence,
    )


@bp.get("/figures")
def newer() -> ResponseReturnValue:
    """The figures alone, for a page that is open."""
    return render_template("organize/figures.html", **_figures())


def _figures() -> dict[str, Any]:
    passing.store()
    with database.read() as db:
        found = figures.everything(db, request.args.get("by", "day"))
    return {**found, "growth": figures.growth, "partner_page": _partner_page}


def _partner_page(code: str) -> str:
    """Where more stands about a partner: its page, or for viewers the line for its site."""
    return url_for(
        "partners_room.show" if room.reaches(current_user.role, "organizer") else "builder_room.show_in_room", code=code
    )


@bp.get("/pledges.csv")
def pledges() -> ResponseReturnValue:
    """All pledges, for a spreadsheet."""
    room.require("organizer")
    who, now = current_user.email, clock.wall()
    database.write(lambda db: audit.note(db, who, "exported", "pledges", now=now))
    with database.read() as db:
        rows = list(exports.pledge_rows(db, keys))
    name = f"pledges-{clock.day(settings, bank.campaign.zone).isoformat()}.csv"
    return spreadsheets.download(name, [exports.PLEDGE_COLUMNS, *rows])
