"""`/mine`: a supporter's private page, and how to get the link to it."""

from __future__ import annotations

import json

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from campaign import clock, confirming, consents, copies, erasing, mine, moving, partners, pledges
from campaign.congress import Office
from campaign.models.delivery import SAID
from campaign.web import limits, tokens
from campaign.web.extensions import bank, congress, database, keys
from campaign.web.forms import LinkForm
from campaign.web.share import absolute

bp = Blueprint("mine", __name__)

ROW = f"int(max={2**31 - 1})"
"""The number of a row in an address; a database takes no higher one, not even to say that it is not there."""


@bp.route("/mine", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask for the link. The answer is the same whether or not we know the address."""
    form = LinkForm()
    if request.method == "GET" or not form.validate():
        return render_template("mine/ask.html", form=form), 200 if request.method == "GET" else 422
    send_link(form.email.data)
    return render_template("mine/asked.html")


def send_link(email: str) -> None:
    """Mail a link to whoever has this address, if they have written or promised anything here."""
    with limits.spending():
        database.write(lambda session: mine.ask_for_link(session, keys, email, mail, now=clock.wall()))


def mail(token: str) -> tuple[str, str]:
    """The mail with the link."""
    subject = gettext("Your private page at %(name)s", name=bank.campaign.name)
    link = absolute("mine.show", token=token)
    return subject, gettext(
        "Here is your private page. You see what you wrote and promised, can say what came of it, take a copy, or "
        "erase everything:\n\n%(link)s\n\nWhoever has this link sees the page, so keep it to yourself. If you did not "
        "ask for it, you need not do anything.",
        link=link,
    )


@bp.get("/mine/<token>")
def show(token: str) -> ResponseReturnValue:
    return _page(token)


def _page(token: str, form: LinkForm | None = None, *, unsure: bool = False) -> ResponseReturnValue:
    with database.read() as session:
        supporter_id = mine.find(session, token)
        written = mine.messages(session, supporter_id, clock.wall())
        promised = mine.promised(session, supporter_id)
        agreed = _purposes(session, supporter_id)
    kits = {one.form_id: tokens.kit_token(one.form_id) for one in written if one.kit_is_open}
    page = render_template(
        "mine/page.html",
        token=token,
        written=written,
        promised=promised,
        agreed=agreed,
        form=form or LinkForm(formdata=None),
        kits=kits,
        titles={slug: letter.file.title for slug, letter in bank.letters.items()},
        offices={office.seat: _office(office.seat) for one in written for office in one.offices},
        said=request.args.get("said"),
        unsure=unsure,
    )
    return page, 422 if unsure or form else 200


def _purposes(session: Session, supporter_id: int) -> list[tuple[consents.Purpose, str, bool]]:
    """What a supporter may agree to, with the name of the partner, and whether they do now."""
    given = {(one.purpose, one.partner): one.holds for one in consents.of(session, supporter_id)}
    names = {one.code: one.name for one in partners.all_of(session)}
    asked = [(consents.CONTACT, ""), *(purpose for purpose in given if purpose[0] == consents.SHARE)]
    return [(purpose, names.get(purpose[1], purpose[1]), given.get(purpose, False)) for purpose in asked]


def _office(seat: str) -> Office:
    return congress.office(seat, clock.wall())


@bp.post(f"/mine/<token>/said/<{ROW}:delivery>")
def say(token: str, delivery: int) -> ResponseReturnValue:
    """What a supporter says of the letter to one office."""
    said = set(request.form.getlist("said")) & set(SAID)
    database.write(lambda session: mine.mark(session, mine.find(session, token), delivery, said, now=clock.wall()))
    return redirect(url_for("mine.show", token=token, said=delivery, _anchor=f"d{delivery}"), 303)


@bp.post(f"/mine/<token>/pledges/<{ROW}:pledge>")
def change_pledge(token: str, pledge: int) -> ResponseReturnValue:
    """A pledge is done, is not done after all, or is withdrawn."""
    word = request.form.get("pledge")

    def change(session: Session) -> None:
        supporter_id = mine.find(session, token)
        if word == "withdraw":
            confirming.withdraw(session, supporter_id, pledge, now=clock.wall())
        else:
            pledges.fulfil(session, supporter_id, pledge, done=word == "done", now=clock.wall())

    database.write(change)
    return redirect(url_for("mine.show", token=token, said=f"p{pledge}", _anchor="pledges"), 303)


@bp.post("/mine/<token>/agreed")
def agree(token: str) -> ResponseReturnValue:
    """What a supporter agrees to from now on, of what stands on the page."""
    ticked = request.form.getlist("agreed")

    def change(session: Session) -> None:
        supporter_id = mine.find(session, token)
        said = {purpose: consents.field(purpose) in ticked for purpose, _name, _now in _purposes(session, supporter_id)}
        consents.settle(session, supporter_id, said, now=clock.wall())

    database.write(change)
    return redirect(url_for("mine.show", token=token, said="agreed", _anchor="agreed"), 303)


@bp.post("/mine/<token>/letters/<form_id>")
def take_back(token: str, form_id: str) -> ResponseReturnValue:
    """The campaign may no longer bring these letters to the offices."""
    database.write(lambda session: mine.take_back(session, mine.find(session, token), form_id))
    return redirect(url_for("mine.show", token=token), 303)


@bp.post("/mine/<token>/address")
def change_address(token: str) -> ResponseReturnValue:
    """Mail a link to the new address. The page is the same whether or not somebody is known by it."""
    form = LinkForm()
    if not form.validate():
        return _page(token, form)

    def ask(session: Session) -> None:
        supporter_id = mine.find(session, token)
        moving.ask(session, keys, supporter_id, form.email.data, _address_mail, now=clock.wall())

    with limits.spending(form.email.data):
        database.write(ask)
    return redirect(url_for("mine.show", token=token, said="address", _anchor="address"), 303)


def _address_mail(token: str) -> tuple[str, str]:
    """The mail to a new address."""
    subject = gettext("Your new address at %(name)s", name=bank.campaign.name)
    return subject, gettext(
        "Somebody who is known to us by another address says that this one is theirs now. If that is you, open this "
        "page within a day and press the button:\n\n%(link)s\n\nIf it was not you, you need not do anything: nothing "
        "changes.",
        link=absolute("moving.show", token=token),
    )


@bp.get("/mine/<token>/copy.json")
def copy(token: str) -> ResponseReturnValue:
    """Everything that is kept about a supporter."""
    with database.read() as session:
        kept = copies.of(session, keys, mine.find(session, token))
    response = make_response(json.dumps(kept, ensure_ascii=False, indent=2))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="what-is-kept-about-me.json"'
    return response


@bp.post("/mine/<token>/erase")
def erase(token: str) -> ResponseReturnValue:
    """Forget the supporter, once they have said that they are sure."""
    if not request.form.get("sure"):
        return _page(token, unsure=True)
    database.write(lambda session: erasing.erase(session, mine.find(session, token)))
    return render_template("mine/erased.html")
