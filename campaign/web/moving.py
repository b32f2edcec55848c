"""`/address`: the page behind the link that was mailed to a new address. Its button makes it the supporter's."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from campaign import clock, moving
from campaign.web.extensions import bank, database, keys
from campaign.web.i18n import explain
from campaign.web.share import absolute

bp = Blueprint("moving", __name__)


def mail(token: str) -> tuple[str, str]:
    """The mail with the link."""
    subject = gettext("Your new address at %(name)s", name=bank.campaign.name)
    return subject, gettext(
        "Somebody who is known to us by another address says that this one is theirs now. If that is you, open this "
        "page within a day and press the button:\n\n%(link)s\n\nIf it was not you, you need not do anything: nothing "
        "changes.",
        link=absolute("moving.show", token=token),
    )


@bp.get("/address/<token>")
def show(token: str) -> ResponseReturnValue:
    return render_template("mine/move.html", token=token, email=moving.read(keys, token, clock.wall()).email)


@bp.post("/address/<token>")
def move(token: str) -> ResponseReturnValue:
    try:
        database.write(lambda session: moving.move(session, keys, token, now=clock.wall()))
    except moving.Taken as problem:
        return render_template("mine/move.html", token=token, problem=explain(problem)), problem.status
    return render_template("mine/move.html", token=token, moved=True)
