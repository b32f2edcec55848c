"""The pages on a supporter's way, each of which holds on to what was typed on the others."""

from __future__ import annotations

import base64
from dataclasses import replace

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from campaign import clock, discretion, drafts, originality
from campaign.addresses import Address, in_a_sentence
from campaign.congress import Answer, Office
from campaign.congress.seats import HOUSE_SEATS, SENATE_SEATS
from campaign.discretion import Spot
from campaign.letters import REASONS_MAX, Letter
from campaign.web import carrying, places, whence
from campaign.web.carrying import BODY, DRAFTED
from campaign.web.extensions import bank, congress, settings
from campaign.web.fields import clean_text
from campaign.web.forms import STORY, FindForm, SendForm, WriteForm
from campaign.web.tokens import FormToken

CHOOSING = "choosing"
"""The field by which the page for choosing says how somebody chose there: by `address`, or by `name`."""


def find_page(
    letter: Letter,
    form: FindForm,
    answer: Answer | None = None,
    notice: str = "",
    token: FormToken | None = None,
) -> str:
    """Where do you live?"""
    return render_template(
        "letters/find.html",
        letter=letter,
        form=form,
        answer=answer,
        notice=notice,
        carried=carrying.for_finding(),
        whence=whence.fields(token),
        kept=carrying.changed_letters(),
    )


def choose_page(letter: Letter, form: FindForm, answer: Answer) -> str:
    """Which of these represents you? Among the candidates, by address, or among all of the state."""
    (state,) = answer.states
    now = clock.calendar(settings)
    of_state = [congress.office(seat, now) for seat in HOUSE_SEATS[state]]
    if len(answer.candidates) == len(of_state):  # nothing tells the district: a list of all is no choice among a few
        answer = replace(answer, candidates=())
    possible = {office.seat for office in answer.candidates}
    return render_template(
        "letters/choose.html",
        letter=letter,
        form=form,
        answer=answer,
        state=state,
        others=[office for office in of_state if office.seat not in possible],
        carried=[*carrying.for_finding(), *whence.fields()],
    )


def still_to_choose(letter: Letter, form: FindForm, answer: Answer) -> ResponseReturnValue | None:
    """The page on which somebody chooses, again: what they gave there does not settle it, and it says why."""
    if len(HOUSE_SEATS[answer.states[0]]) == 1:
        return None
    if request.form[CHOOSING] == "address":
        if not form.street.data:
            form.street.errors = [*form.street.errors, gettext("Enter your street address.")]
            return choose_page(letter, form, answer.doubted()), 422
        # The ZIP code's district is the one that they doubt, or that was not certain.
        return choose_page(letter, form, answer.doubted()) if answer.source in ("zip", "state") else None
    if form.seat.data not in (*HOUSE_SEATS[answer.states[0]], places.SENATORS_ONLY):
        form.seat.errors = [*form.seat.errors, gettext("Choose one of these.")]
        return choose_page(letter, form, answer.doubted()), 422
    return None


def doubt_page(letter: Letter, form: FindForm, answer: Answer) -> str:
    """Not your representative? Then everybody who may be; in a state with one seat only the ZIP code can be wrong."""
    (state,) = answer.states
    if len(HOUSE_SEATS[state]) == 1:
        notice = gettext(
            "There is one seat in the House for all of %(state)s. If you live elsewhere, give the ZIP code of "
            "that place.",
            state=in_a_sentence(state),
        )
        form.state.data = ""
        return find_page(letter, form, notice=notice)
    return choose_page(letter, form, answer.doubted())


def write_page(letter: Letter, form: WriteForm, answer: Answer | None = None) -> str:
    """Who are you to this, and what do you want to say?"""
    form.offer(bank, letter)
    token: FormToken = form.meta.form_token
    place, now = token.place, clock.calendar(settings)
    usual = [letter.usual_words(count) for count in range(REASONS_MAX + 1)]
    own, reasons = len(form.words.split()), len(form.reasons.data or ())
    of_place = (*SENATE_SEATS.get(place.state, ()), *([place.house] if place.house else []))
    return render_template(
        "letters/write.html",
        letter=letter,
        form=form,
        place=place,
        offices=offices(token),
        vacant=[congress.office(seat, now) for seat in of_place if seat not in place.seats],
        notes=answer.notes if answer else (),
        carried=[*carrying.for_writing(), *whence.fields(token)],
        share=100 * own // (own + usual[min(max(reasons, 1), REASONS_MAX)]),
        usual=usual,
        goal=originality.GOAL,
    )


def read_page(letter: Letter, form: SendForm, notice: str = "") -> str:
    """The finished letters, to be changed; how much of each is the writer's own, and what needs a second look."""
    form.offer(bank, letter)
    token: FormToken = form.meta.form_token
    held = offices(token)
    place = token.place
    address = Address(form.street.data or "", form.city.data or "", place.state, place.zip)
    supply = drafts.supply(bank, address, [drafts.addressee(office, 0) for office in held])
    bodies = {office.seat: form[f"body-{office.seat}"].data or "" for office in held}
    measures = {seat: originality.measure(body, supply) for seat, body in bodies.items()}
    return render_template(
        "letters/read.html",
        letter=letter,
        form=form,
        place=place,
        offices=held,
        notice=notice,
        measures=measures,
        marked={seat: _marked(body, measures[seat]) for seat, body in bodies.items()},
        supply=base64.b64encode(originality.pack(supply)).decode(),
        goal=originality.GOAL,
        spots=_in_context(form),
        kept=carrying.kept_letters(),
    )


def spots(form: SendForm) -> list[tuple[str, Spot]]:
    """What in the letters could endanger or expose somebody, each passage once, with the text it was found in."""
    own = _own(form)
    found: dict[str, tuple[str, Spot]] = {}
    for field in form:
        if field.name.startswith(("subject-", BODY)):
            for spot in discretion.spots(field.data or "", own):
                found.setdefault(spot.text, (field.data, spot))
    return list(found.values())


def remove(form: SendForm, passage: str) -> None:
    """Take a passage out of everything that was written. A letter that nobody else has changed stays unchanged."""
    own = _own(form)
    for field in form:
        if field.name.startswith(("subject-", BODY, STORY)):
            text = clean_text(field.data or "")
            field.data = discretion.without(text, passage, own)
            if field.name.startswith(BODY):
                drafted = form[field.name.replace(BODY, DRAFTED, 1)]
                if drafted.data == carrying.digest(text):
                    drafted.data = carrying.digest(field.data)


def _own(form: SendForm) -> list[str]:
    """What is the writer's own to give."""
    return [form.street.data or "", form.email.data or ""]


def _in_context(form: SendForm) -> list[tuple[Spot, str, str]]:
    return [(spot, *discretion.around(text, spot)) for text, spot in spots(form)]


def _marked(body: str, measure: originality.Measure) -> list[tuple[str, bool]]:
    """A letter in pieces, each with whether it is the campaign's; without greeting and sign-off."""
    at, end = originality.middle(body)
    pieces = []
    for start, stop in measure.marks:
        pieces += [(body[at:start], False), (body[start:stop], True)]
        at = stop
    return [(text, campaigns) for text, campaigns in [*pieces, (body[at:end], False)] if text]


def ended_page(letter: Letter) -> str:
    """What came of a letter that cannot be written any more."""
    return render_template("letters/ended.html", letter=letter, kept=carrying.changed_letters() or carrying.answers())


def offices(token: FormToken) -> list[Office]:
    """The offices that the letters of a form go to."""
    now = clock.calendar(settings)
    return [congress.office(seat, now) for seat in token.place.seats]
