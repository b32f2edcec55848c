"""A supporter's way from a ZIP code to finished letters: find, write, read, finish.

Nothing is stored before the last step. What one step found out travels to the next inside the page, signed; what was
typed travels as it is, also through a step back, an error or a token that has expired.
"""

from __future__ import annotations

import logging

from flask import Blueprint, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from campaign import clock, compose
from campaign.addresses import Address
from campaign.compose import AlreadyWritten, Origin, Signer, Text
from campaign.congress import Query
from campaign.drafts import addressee
from campaign.errors import Malformed, NotFound
from campaign.letters import Letter, Wish, assemble
from campaign.web import (
    arriving,
    carrying,
    confirm,
    frames,
    headers,
    limits,
    metrics,
    passing,
    places,
    pledge,
    steps,
    tokens,
    whence,
)
from campaign.web.extensions import bank, congress, database, keys, settings
from campaign.web.forms import FindForm, SendForm, send_form, write_form
from campaign.web.i18n import explain
from campaign.web.limits import TooMany
from campaign.web.tokens import FormToken, Held

log = logging.getLogger(__name__)

bp = Blueprint("letters", __name__)
bp.before_request(frames.find_partner)


@bp.get("/letters/<slug>")
def show(slug: str) -> ResponseReturnValue:
    letter = bank.letter(slug)
    if not letter.live:
        return headers.public(make_response(steps.ended_page(letter)))
    response = make_response(steps.find_page(letter, FindForm(formdata=None)))
    if frames.origins():
        response.vary.add("Referer")  # the page says which of them frames it
    return headers.public(response)


@bp.get("/letters/<slug>/<any(write, finish):step>")
def start_again(slug: str, step: str) -> ResponseReturnValue:
    """These steps are reached by a form; whoever asks for their address begins at the beginning."""
    bank.letter(slug)
    return redirect(frames.here("letters.show", slug=slug))


@bp.post("/letters/<slug>")
def find(slug: str) -> ResponseReturnValue:
    """From a ZIP code, or an address, to the offices."""
    letter = bank.letter(slug)
    if not letter.live:
        return steps.ended_page(letter), 409
    form = FindForm()
    if "again" in request.form:
        return _begin_again(letter)
    if not form.validate():
        return steps.find_page(letter, form), 422
    chosen = form.seat.data or ""
    # Whoever names their representative, or doubts ours, has an answer of their own to give: no service is asked.
    by_zip = chosen or "doubt" in request.form
    now = clock.calendar(settings)
    try:
        answer = congress.look_up(
            Query(form.zip.data, "" if by_zip else form.street.data, form.city.data, form.state.data), now
        )
        metrics.looked_up(answer.source)
    except (Malformed, NotFound) as problem:
        field = form.state if problem.field == "state" else form.zip
        field.errors = [*field.errors, explain(problem)]
        return steps.find_page(letter, form), 422
    if not answer.states or answer.needs == "state" or not (answer.offices or answer.candidates):
        return steps.find_page(letter, form, answer)
    if "doubt" in request.form:
        return steps.doubt_page(letter, form, answer)
    if steps.CHOOSING in request.form and (page := steps.still_to_choose(letter, form, answer)):
        return page
    place = places.settle(form.zip.data, answer, chosen, now)
    if place is None:
        return steps.choose_page(letter, form, answer.doubted())
    if not place.seats:
        return steps.find_page(letter, form, answer)
    passing.note("looked_up", slug)
    token = tokens.new(slug, frames.partner_code(), place, origin=whence.framing_origin(), source=whence.source())
    return steps.write_page(letter, write_form(bank)(meta={"form_token": token}), None if chosen else answer)


@bp.post("/letters/<slug>/write")
def write(slug: str) -> ResponseReturnValue:
    """From the supporter's answers to a letter for each office."""
    letter = bank.letter(slug)
    held = _open(letter)
    if not isinstance(held, Held):
        return held
    token = held.token.renewed() if held.expired else held.token
    form = write_form(bank)(meta={"form_token": token})
    form.offer(bank, letter)
    if "back" in request.form:
        return steps.write_page(letter, form)
    if not form.validate():
        return steps.write_page(letter, form), 422
    address = Address.parse(form.street.data, form.city.data, token.place.state, token.place.zip)
    wish = Wish(form.role.data, tuple(form.reasons.data), form.words, form.name.data, address)
    passing.note("read", slug)
    drafts: dict[str, str] = {}
    for place, office in enumerate(steps.offices(token)):
        draft = assemble(bank, letter, addressee(office, place), wish, token.seed)
        drafts |= {
            f"subject-{office.seat}": draft.subject,
            f"body-{office.seat}": draft.body,
            f"drafted-{office.seat}": carrying.digest(draft.body),
        }
    return steps.read_page(letter, send_form(bank, token.place.seats)(data=drafts, meta={"form_token": token}))


@bp.post("/letters/<slug>/finish")
def finish(slug: str) -> ResponseReturnValue:
    """Store the message, then lead to the kit."""
    letter = bank.letter(slug)
    held = _open(letter)
    if not isinstance(held, Held):
        return held
    kind = send_form(bank, held.token.place.seats)
    form = kind(meta={"form_token": held.token})
    form.offer(bank, letter)
    if form.pledges.data and pledge.over():
        form.pledges.data = []
        notice = gettext(
            "This campaign has ended, and no further steps can be promised any more. Your letters are yours to finish."
        )
        return steps.read_page(letter, form, notice), 409
    if "remove" in request.form:
        steps.remove(form, request.form["remove"])
        return steps.read_page(letter, form)
    if not form.validate():
        return steps.read_page(letter, form), 422
    if "anyway" not in request.form and steps.spots(form):
        return steps.read_page(letter, form), 422
    if held.expired:
        notice = gettext("This page was open for more than a day. Nothing is lost: please finish once more.")
        return steps.read_page(letter, kind(meta={"form_token": held.token.renewed()}), notice), 422
    try:
        with limits.spending(form.email.data or None):
            form_id = _store(held.token, form)
    except TooMany as problem:
        return steps.read_page(letter, form, explain(problem)), problem.status
    except AlreadyWritten:
        notice = gettext(
            "You have finished these letters already, with other words. If you finish again, what stands here counts "
            "as new letters."
        )
        return steps.read_page(letter, kind(meta={"form_token": held.token.renewed(finished=True)}), notice), 409
    except SQLAlchemyError as error:  # an error page would take the letters from whoever wrote them
        log.error("message not stored", extra={"error": type(error).__name__})
        notice = gettext("Something went wrong on our side, and nothing was stored. Please finish once more.")
        return steps.read_page(letter, form, notice), 503
    return redirect(frames.here("kit.show", token=tokens.kit_token(form_id)), 303)


def _store(token: FormToken, form: SendForm) -> str:
    place = token.place
    origin = Origin(
        form_id=token.id,
        follows=token.follows,
        letter=token.letter,
        partner=token.partner,
        source=token.source,
        house_seat=place.house,
        congress=place.congress,
        point=place.point,
        day=clock.day(settings, bank.campaign.zone),
        now=clock.wall(),
        arrival=arriving.arrival(form, token.opened, form.words),
    )
    signer = Signer(
        name=form.name.data,
        address=Address.parse(form.street.data, form.city.data, place.state, place.zip),
        email=form.email.data or None,
        may_contact=form.may_contact.data,
        may_share=form.may_share.data,
        may_print=form.may_print.data,
        may_quote=form.may_quote.data,
    )
    texts = [
        Text(office.seat, office.bioguide or "", form[f"subject-{office.seat}"].data, form[f"body-{office.seat}"].data)
        for office in steps.offices(token)
    ]

    def write(session: Session) -> str:
        form_id = compose.write_message(session, keys, origin, signer, texts, form.pledges.data or ())
        if form.pledges.data:
            confirm.ask(session, form.email.data)
        return form_id

    return database.write(write)


def _open(letter: Letter) -> Held | ResponseReturnValue:
    """The token of a later step; or, where it is not to be gone on with, a page to begin again.

    It is not ours, or the letter has ended, or since its page was opened another Congress or another member has come:
    then the seats may be the wrong ones, and the letters begin with the wrong name.
    """
    if not letter.live:
        return steps.ended_page(letter), 409
    held = tokens.read(request.form.get("form_token", ""), letter.slug, frames.partner_code(), frames.origins())
    if held is None:
        notice = gettext("This form could not be read. Give your ZIP code once more; what you wrote is kept.")
        return _begin_again(letter, notice), 422
    if places.has_changed(held.token.place, clock.calendar(settings)):
        notice = gettext(
            "Who sits in Congress for you has changed since this page was opened. Give your ZIP code once more; what "
            "you wrote is kept."
        )
        return _begin_again(letter, notice, held.token), 409
    return held


def _begin_again(letter: Letter, notice: str = "", token: FormToken | None = None) -> str:
    """The first page with all that was typed, except the state: it was found out, and goes with the ZIP code."""
    form = FindForm()
    form.state.data = ""
    return steps.find_page(letter, form, notice=notice, token=token)
