"""A supporter's way from a ZIP code to finished letters: find, write, read, finish.

Nothing is stored before the last step. What one step found out travels to the next inside the page, signed; what was
typed travels as it is, also through a step back, an error or a token that has expired.
"""

from __future__ import annotations

import logging

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict

from campaign import clock, compose
from campaign.addresses import Address
from campaign.compose import AlreadyWritten, Origin, Signer, Text
from campaign.congress import Answer, Office, Query
from campaign.errors import Malformed, NotFound
from campaign.letters import Addressee, Letter, Wish, assemble
from campaign.web import frames, security, tokens
from campaign.web.extensions import bank, congress, database, keys, settings
from campaign.web.forms import FindForm, SendForm, WriteForm, send_form
from campaign.web.i18n import explain
from campaign.web.tokens import FormToken, Held, Place

log = logging.getLogger(__name__)

bp = Blueprint("letters", __name__)
bp.before_request(frames.find_partner)

CARRIED = ("role", "reasons", "words", "name")
"""What the first step's page holds on to when somebody comes back to it; its own fields keep themselves."""

SENATORS_ONLY = "none"


@bp.get("/letters/<slug>")
def show(slug: str) -> ResponseReturnValue:
    letter = bank.letter(slug)
    if not letter.live:
        return security.public(make_response(_ended_page(letter)))
    return security.public(make_response(_find_page(letter, FindForm(formdata=None))))


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
        return _ended_page(letter), 409
    form = FindForm()
    if "again" in request.form:
        return _find_page(letter, form)
    if not form.validate():
        return _find_page(letter, form), 422
    query = Query(form.zip.data, form.street.data, form.city.data, form.state.data)
    try:
        answer = congress.look_up(query, clock.calendar(settings))
    except (Malformed, NotFound) as problem:
        field = form.state if problem.field == "state" else form.zip
        field.errors = [*field.errors, explain(problem)]
        return _find_page(letter, form), 422
    if not answer.offices:
        return _find_page(letter, form, answer)
    place = _place(form, answer)
    if place is None:
        return render_template("letters/choose.html", letter=letter, form=form, answer=answer, carried=_carried())
    if not place.seats:
        return _find_page(letter, form, answer)
    return _write_page(letter, WriteForm(meta={"form_token": tokens.new(slug, frames.partner_code(), place)}), answer)


@bp.post("/letters/<slug>/write")
def write(slug: str) -> ResponseReturnValue:
    """From the supporter's answers to a letter for each office."""
    letter, held = _open(slug)
    if held is None:
        return _refused(letter)
    token = held.token.renewed() if held.expired else held.token
    form = WriteForm(meta={"form_token": token})
    form.offer(bank, letter)
    if "back" in request.form:
        return _write_page(letter, form)
    if not form.validate():
        return _write_page(letter, form), 422
    address = Address.parse(form.street.data, form.city.data, token.place.state, token.place.zip)
    wish = Wish(form.role.data, tuple(form.reasons.data), form.words.data, form.name.data, address)
    drafts: dict[str, str] = {}
    for place, office in enumerate(_offices(token)):
        addressee = Addressee(office.chamber, office.salutation or "", place)
        draft = assemble(bank, letter, addressee, wish, token.seed)
        drafts |= {f"subject-{office.seat}": draft.subject, f"body-{office.seat}": draft.body}
    return _read_page(letter, send_form(token.place.seats)(data=drafts, meta={"form_token": token}))


@bp.post("/letters/<slug>/finish")
def finish(slug: str) -> ResponseReturnValue:
    """Store the message, then lead to the kit."""
    letter, held = _open(slug)
    if held is None:
        return _refused(letter)
    kind = send_form(held.token.place.seats)
    form = kind(meta={"form_token": held.token})
    form.offer(bank, letter)
    if not form.validate():
        return _read_page(letter, form), 422
    if held.expired:
        notice = gettext("This page was open for more than a day. Nothing is lost: please finish once more.")
        return _read_page(letter, kind(meta={"form_token": held.token.renewed()}), notice), 422
    try:
        form_id = _store(held.token, form)
    except AlreadyWritten:
        notice = gettext(
            "You have finished these letters already, with other words. If you finish again, what stands here counts "
            "as new letters."
        )
        return _read_page(letter, kind(meta={"form_token": held.token.renewed()}), notice), 409
    except SQLAlchemyError as error:  # an error page would take the letters from whoever wrote them
        log.error("message not stored", extra={"error": type(error).__name__})
        notice = gettext("Something went wrong on our side, and nothing was stored. Please finish once more.")
        return _read_page(letter, form, notice), 503
    return redirect(frames.here("kit.show", token=tokens.kit_token(form_id)), 303)


def _store(token: FormToken, form: SendForm) -> str:
    place = token.place
    origin = Origin(
        form_id=token.id,
        letter=token.letter,
        partner=token.partner,
        house_seat=place.house,
        day=clock.day(settings, bank.campaign.zone),
        now=clock.wall(),
    )
    signer = Signer(
        name=form.name.data,
        address=Address.parse(form.street.data, form.city.data, place.state, place.zip),
        email=form.email.data or None,
        may_contact=form.may_contact.data,
    )
    texts = [
        Text(office.seat, office.bioguide or "", form[f"subject-{office.seat}"].data, form[f"body-{office.seat}"].data)
        for office in _offices(token)
    ]
    return database.write(
        lambda session: compose.write_message(session, keys, origin, signer, texts, form.pledges.data or ())
    )


def _open(slug: str) -> tuple[Letter, Held | None]:
    """The letter of a later step, and its token; without one where it is not ours or the letter has ended."""
    letter = bank.letter(slug)
    token = tokens.read(request.form.get("form_token", ""), slug, frames.partner_code()) if letter.live else None
    return letter, token


def _place(form: FindForm, answer: Answer) -> Place | None:
    """Where the supporter lives, once it is settled who represents them; a vacant seat gets no letter."""
    chosen = form.seat.data
    if answer.district:
        offices, house = answer.offices, answer.district
    elif chosen == SENATORS_ONLY:
        offices, house = answer.offices, None
    elif candidate := next((office for office in answer.candidates if office.seat == chosen), None):
        offices, house = (*answer.offices, candidate), candidate.seat
    else:
        return None
    seats = tuple(office.seat for office in offices if not office.vacant)
    return Place(form.zip.data, offices[0].seat[:2], seats, house)


def _offices(token: FormToken) -> list[Office]:
    now = clock.calendar(settings)
    return [congress.office(seat, now) for seat in token.place.seats]


def _carried() -> list[tuple[str, str]]:
    """What was typed in a later step, for a page of an earlier one to hold on to."""
    return [(name, value) for name in CARRIED for value in _typed().getlist(name) if value]


def _written() -> list[str]:
    """The letters as they stood on the last step's page, for a page that has no field for them."""
    return [value for name, value in _typed().items() if name.startswith("body-") and value.strip()]


def _typed() -> MultiDict[str, str]:
    """What came with a form. A GET has none, whatever its body says: a cache may keep its page for everybody."""
    return request.form if request.method == "POST" else MultiDict()


def _refused(letter: Letter) -> ResponseReturnValue:
    """A form whose token is not ours, or a letter that has ended meanwhile: begin again, with what was typed kept."""
    if not letter.live:
        return _ended_page(letter), 409
    notice = gettext("This form could not be read. Give your ZIP code once more; what you wrote is kept.")
    return _find_page(letter, FindForm(), notice=notice), 422


def _ended_page(letter: Letter) -> str:
    kept = _written() or _typed().getlist("words")
    return render_template("letters/ended.html", letter=letter, kept=[text for text in kept if text.strip()])


def _find_page(letter: Letter, form: FindForm, answer: Answer | None = None, notice: str = "") -> str:
    return render_template(
        "letters/find.html",
        letter=letter,
        form=form,
        answer=answer,
        notice=notice,
        carried=_carried(),
        written=_written(),
    )


def _write_page(letter: Letter, form: WriteForm, answer: Answer | None = None) -> str:
    form.offer(bank, letter)
    token: FormToken = form.meta.form_token
    house = token.place.house
    vacant = congress.office(house, clock.calendar(settings)) if house and house not in token.place.seats else None
    return render_template(
        "letters/write.html",
        letter=letter,
        form=form,
        place=token.place,
        offices=_offices(token),
        vacant=vacant,
        notes=answer.notes if answer else (),
    )


def _read_page(letter: Letter, form: SendForm, notice: str = "") -> str:
    form.offer(bank, letter)
    token: FormToken = form.meta.form_token
    return render_template(
        "letters/read.html", letter=letter, form=form, place=token.place, offices=_offices(token), notice=notice
    )
