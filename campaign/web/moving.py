"""`/address`: the page behind the link that was mailed to a new address. Its button makes it the supporter's."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from campaign import clock, mine, moving, partners
from campaign.web import confirm
from campaign.web import mine as mine_page
from campaign.web.extensions import database, keys
from campaign.web.i18n import explain

bp = Blueprint("moving", __name__)


@bp.get("/address/<token>")
def show(token: str) -> ResponseReturnValue:
    found = moving.read(keys, token, clock.wall())
    with database.read() as session:
        names = {one.code: one.name for one in partners.all_of(session)}
        agreed = [(purpose, names.get(purpose[1], purpose[1])) for purpose in moving.agreed(session, found)]
    return render_template("mine/move.html", token=token, email=found.email, agreed=agreed)


@bp.post("/address/<token>")
def move(token: str) -> ResponseReturnValue:
    """Make the address theirs, and mail them there what leads on: to their page, and to what is not confirmed yet."""
    ticked = request.form.getlist("agreed")

    def store(session: Session) -> None:
        email = moving.move(session, keys, token, ticked, now=clock.wall())
        mine.ask_for_link(session, keys, email, mine_page.mail, now=clock.wall())
        confirm.ask(session, email)

    try:
        database.write(store)
    except moving.Taken as problem:
        return render_template("mine/move.html", token=token, problem=explain(problem)), problem.status
    return render_template("mine/move.html", token=token, moved=True)
