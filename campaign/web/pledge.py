"""`/pledge`: a further step promised without a letter."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from campaign import clock, pledges, screening, supporters
from campaign.addresses import STATES
from campaign.congress import Answer, Query, nearest_first
from campaign.errors import Malformed, NotFound
from campaign.pledges import Occasion, Person
from campaign.web import arriving, confirm, frames, limits, tokens, whence
from campaign.web.extensions import bank, congress, database, keys, settings
from campaign.web.forms import PledgeForm
from campaign.web.i18n import explain
from campaign.web.limits import TooMany

bp = Blueprint("pledge", __name__)
bp.before_request(frames.find_partner)

NEAREST = 2
"""Local offices shown of each member."""


@bp.get("/pledge")
def show() -> ResponseReturnValue:
    """The form. No cache may keep it: it says when it was opened."""
    if over():
        return render_template("over.html")
    form = PledgeForm(formdata=None)
    form.offer(bank)
    return _page(form)


@bp.post("/pledge")
def promise() -> ResponseReturnValue:
    """Store what is promised, and mail the link that confirms it. The page is the same whoever has the address."""
    if over():
        return render_template("over.html"), 409
    form = PledgeForm()
    form.offer(bank)
    answer = _answer(form) if form.validate() else None
    if answer is None or (state := _state(form, answer)) is None:
        return _page(form), 422
    now, day = clock.wall(), clock.day(settings, bank.campaign.zone)
    source = whence.source()
    arrival = arriving.arrival(form, tokens.opened(form.opened.data or ""))

    def store(session: Session) -> None:
        email = form.email.data
        share_with = frames.partner_code() if form.may_share.data else None
        may_contact = form.may_contact.data
        supporter_id = supporters.find_or_add(
            session, keys, email, may_contact=may_contact, share_with=share_with, now=now
        )
        person = Person.of(keys, supporter_id, form.name.data, form.zip.data)
        signs = screening.screen(session, keys, arrival, email, now)
        occasion = Occasion(state, day, now, partner=frames.partner_code(), source=source, signs=signs)
        pledges.make(session, person, form.pledges.data, occasion)
        confirm.ask(session, email)

    try:
        with limits.spending(form.email.data):
            database.write(store)
    except TooMany as problem:
        return _page(form, explain(problem)), problem.status
    offices = [office for office in (*answer.offices, *answer.candidates) if not office.vacant]
    return render_template(
        "pledged.html",
        pledged=form.pledges.data,
        offices=offices,
        near={office.seat: nearest_first(office.local_offices, form.zip.data)[:NEAREST] for office in offices},
    )


def over() -> bool:
    """Whether the campaign has ended: what were promised now would soon be forgotten, with everybody in it."""
    return bank.campaign.over(clock.day(settings, bank.campaign.zone))


def _page(form: PledgeForm, notice: str = "") -> str:
    opened = tokens.opening(form.opened.data or "")
    return render_template("pledge.html", form=form, notice=notice, opened=opened, whence=whence.fields())


def _answer(form: PledgeForm) -> Answer | None:
    """Who represents the ZIP code; None, with a message at its field, where it cannot be one."""
    try:
        return congress.look_up(Query(form.zip.data, "", "", form.state.data or ""), clock.calendar(settings))
    except (Malformed, NotFound) as problem:
        field = form.state if problem.field == "state" else form.zip
        field.errors = [*field.errors, explain(problem)]
        return None


def _state(form: PledgeForm, answer: Answer) -> str | None:
    """Where a pledge counts: the state of the ZIP code, or the one chosen where it may be in several, or in none."""
    if len(answer.states) == 1 and answer.states[0] in STATES:
        return answer.states[0]
    if not answer.states and form.state.data:
        return str(form.state.data)
    form.state.errors = [*form.state.errors, gettext("Choose the state in which you live.")]
    return None
