"""`/confirm`: the page behind the link in a mail, whose button confirms a pledge. Programs that read mail follow links,
and press no buttons."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from campaign import clock, confirming, consents, partners
from campaign.consents import CONTACT, SHARE
from campaign.web.extensions import bank, database, keys
from campaign.web.share import absolute

bp = Blueprint("confirm", __name__)


def ask(session: Session, email: str) -> None:
    """Mail a link to confirm what waits under this address, in the transaction in which it was pledged."""
    confirming.ask(session, keys, email, _mail, now=clock.wall())


def _mail(token: str, kinds: Sequence[str], reminder: bool) -> tuple[str, str]:
    pledged = "\n".join(f"- {bank.pledges[kind].label}" for kind in kinds if kind in bank.pledges)
    name, link = bank.campaign.name, absolute("confirm.show", token=token)
    if reminder:
        subject = gettext("Still waiting: your pledge at %(name)s", name=name)
        begin = gettext("Three days ago this was pledged under your address, and it is not confirmed yet:")
    else:
        subject = gettext("Confirm your pledge at %(name)s", name=name)
        begin = gettext("This was pledged under your address:")
    end = gettext(
        "Open this page and press the button, and it counts:\n\n%(link)s\n\nIf it was not you, you need not do "
        "anything: nothing counts, and after two weeks it is forgotten.",
        link=link,
    )
    return subject, f"{begin}\n\n{pledged}\n\n{end}"


@bp.get("/confirm/<token>")
def show(token: str) -> ResponseReturnValue:
    return _page(token)


def _page(token: str, problem: str = "") -> str:
    with database.read() as session:
        found = confirming.waiting(session, token, clock.wall())
        names = {one.code: one.name for one in partners.all_of(session)}
    asked = [((CONTACT, ""), "", found.asked.get((CONTACT, ""), False))]
    asked += [(purpose, names[purpose[1]], holds) for purpose, holds in found.asked.items() if purpose[1] in names]
    return render_template("confirm.html", token=token, found=found, asked=asked, problem=problem)


@bp.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Confirm what stood on the page."""
    seen, asked, ticked = (request.form.getlist(name) for name in ("pledges", "asked", "agreed"))

    if not seen:
        return _page(token, gettext("Tick what you promise.")), 422

    def store(session: Session) -> None:
        known = {(CONTACT, ""), *((SHARE, one.code) for one in partners.all_of(session))}
        said = {purpose: consents.field(purpose) in ticked for purpose in known if consents.field(purpose) in asked}
        confirming.confirm(session, token, seen, said, now=clock.wall())

    database.write(store)
    return redirect(url_for("confirm.show", token=token), 303)
