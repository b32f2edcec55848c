"""The send kit: a supporter's finished letters, how to send each, and what they tell us they have done.

Its address is a secret of 24 hours; whoever has it sees the letters. It says nothing about the email address.
"""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from campaign import clock, partners
from campaign.addresses import STATES
from campaign.congress import LocalOffice, Office, nearest_first
from campaign.congress.terms import congress_at
from campaign.delivery import kit as kits
from campaign.delivery.kit import Item, Kit
from campaign.errors import NotFound
from campaign.letters import Letter
from campaign.models.delivery import SAID
from campaign.web import counts, frames, share, tokens
from campaign.web.extensions import bank, congress, database, keys, settings

bp = Blueprint("kit", __name__)
bp.before_request(frames.find_partner)


@bp.get("/kit/<token>")
def show(token: str) -> ResponseReturnValue:
    kit, _form_id = _open(token)
    letter = _letter(kit)
    return render_template(
        "kit.html",
        kit=kit,
        token=token,
        letter=letter,
        offices=_offices(kit),
        turned=_turned(kit),
        fields=_fields(kit),
        local=_local_offices(kit),
        scripts={item.seat: kits.call_script(item.body) for item in kit.items},
        counts=counts.public(),
        share=share.links(letter, kit.partner),
        said=request.args.get("said"),
    )


@bp.get("/kit/<token>/print")
def print_page(token: str) -> ResponseReturnValue:
    kit, _form_id = _open(token)
    offices = _offices(kit)
    items = [item for item in kit.items if offices[item.seat].bioguide == item.bioguide]
    return render_template(
        "print.html", kit=kit, items=items, token=token, offices=offices, turned=_turned(kit), local=_local_offices(kit)
    )


@bp.get("/kit/<token>/<seat>.txt")
def plain_text(token: str, seat: str) -> ResponseReturnValue:
    """One letter as a plain text to keep: subject, a blank line, the letter."""
    kit, _form_id = _open(token)
    item = _item(kit, seat)
    response = make_response(f"{item.subject}\n\n{item.body}\n")
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = f'attachment; filename="letter-{item.seat}.txt"'
    return response


@bp.post("/kit/<token>/<seat>")
def say(token: str, seat: str) -> ResponseReturnValue:
    """What a supporter says they have done with the letter to one office. Unticking takes it back."""
    _kit, form_id = _open(token)
    said = set(request.form.getlist("said")) & set(SAID)
    database.write(lambda session: kits.mark(session, form_id, seat, said, now=clock.wall()))
    return redirect(frames.here("kit.show", token=token, said=seat, _anchor=seat), 303)


def _open(token: str) -> tuple[Kit, str]:
    form_id = tokens.read_kit(token)
    if form_id is None:
        raise NotFound("There is no such page. Its address may have been cut off when it was copied.")
    with database.read() as session:
        kit = kits.open_kit(session, keys, form_id, now=clock.wall())
        # The partner who may frame the letters is the one through whom they came, whatever the address says. The
        # address counts only for a page that says the letters are gone.
        g.partner = partners.find(session, kit.partner) if kit.partner else None
    return kit, form_id


def _item(kit: Kit, seat: str) -> Item:
    for item in kit.items:
        if item.seat == seat:
            return item
    raise NotFound("This letter does not go to that office.")


def _letter(kit: Kit) -> Letter | None:
    """The letter from which the kit was made, unless it has been taken back since: then nothing leads to it."""
    try:
        return bank.letter(kit.letter)
    except NotFound:
        return None


def _local_offices(kit: Kit) -> dict[str, list[LocalOffice]]:
    return {seat: nearest_first(office.local_offices, kit.place[2]) for seat, office in _offices(kit).items()}


def _fields(kit: Kit) -> list[tuple[str, str, str]]:
    """What an office's form asks for beside subject and letter: a code, what it is called, what to put in."""
    (first, last), (city, state, zip_code) = kit.names, kit.place
    fields = [
        ("first", gettext("First name"), first),
        ("last", gettext("Last name"), last),
        ("street", gettext("Street address"), kit.address[0]),
        ("city", gettext("City"), city),
        ("state", gettext("State"), STATES[state]),
        ("zip", gettext("ZIP code"), zip_code),
    ]
    return [field for field in fields if field[2]]


def _turned(kit: Kit) -> bool:
    """Whether another Congress sits now than the one to which the letters were written: districts may differ."""
    return kit.congress != congress_at(clock.calendar(settings))


def _offices(kit: Kit) -> dict[str, Office]:
    now = clock.calendar(settings)
    return {item.seat: congress.office(item.seat, now) for item in kit.items}
