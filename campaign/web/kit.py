"""The send kit: a supporter's finished letters, how to send each, and what they tell us they have done.

Its address is a secret of 24 hours; whoever has it sees the letters. It says nothing about the email address.
"""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from campaign import clock, partners
from campaign.addresses import STATES
from campaign.congress import LocalOffice, Office, nearest_first
from campaign.congress.terms import congress_at
from campaign.delivery import kit as kits
from campaign.delivery import pdf
from campaign.delivery.kit import Item, Kit
from campaign.delivery.pdf import Sheet
from campaign.errors import NotFound
from campaign.letters import Letter
from campaign.models.delivery import SAID
from campaign.web import counts, frames, share, tokens
from campaign.web.extensions import bank, congress, database, keys, settings
from campaign.web.forms import LinkForm
from campaign.web.mine import send_link

bp = Blueprint("kit", __name__)
bp.before_request(frames.find_partner)

WASHINGTON = "washington"


@bp.get("/kit/<token>")
def show(token: str) -> ResponseReturnValue:
    kit, _form_id = _open(token)
    return _page(kit, token, LinkForm(formdata=None))


def _page(kit: Kit, token: str, link_form: LinkForm) -> str:
    letter = _letter(kit)
    return render_template(
        "kit.html",
        kit=kit,
        token=token,
        letter=letter,
        link_form=link_form,
        offices=_offices(kit),
        turned=_turned(kit),
        hours_left=kit.hours_left(clock.wall()),
        fields=_fields(kit),
        unprintable=pdf.unprintable("".join(item.subject + item.body for item in kit.items)),
        local=_local_offices(kit),
        scripts={item.seat: kits.call_script(item.body) for item in kit.items},
        counts=counts.public(),
        share=share.links(letter, frames.partner_code()),
        said=request.args.get("said"),
    )


@bp.get("/kit/<token>/letters.pdf")
def all_on_paper(token: str) -> ResponseReturnValue:
    """All letters to print, each to the nearest district office."""
    kit, _form_id = _open(token)
    offices, local = _offices(kit), _local_offices(kit)
    items = [item for item in kit.items if offices[item.seat].bioguide == item.bioguide]
    if not items:
        raise NotFound("Nobody holds these seats any more as when you wrote. Write new letters.")
    sheets = [_sheet(item, offices[item.seat], next(iter(_by_mail(local[item.seat])), None)) for item in items]
    return _pdf(sheets, gettext("Letters to Congress"), "letters.pdf")


@bp.get("/kit/<token>/<seat>.pdf")
def on_paper(token: str, seat: str) -> ResponseReturnValue:
    """One letter to print, to the chosen district office, or to Washington; unless chosen, to the nearest."""
    kit, _form_id = _open(token)
    item = _item(kit, seat)
    office = _offices(kit)[seat]
    if office.bioguide != item.bioguide:
        raise NotFound("This seat has changed hands since you wrote. Write a new letter.")
    places = {place.code: place for place in _by_mail(_local_offices(kit)[seat])}
    to = request.args.get("to") or next(iter(places), WASHINGTON)
    if to != WASHINGTON and to not in places:
        raise NotFound("This district office is not listed any more. Go back, reload the page and choose another.")
    title = gettext("Letter to %(name)s", name=f"{office.title} {office.name}")
    return _pdf([_sheet(item, office, places.get(to))], title, f"letter-{seat}.pdf")


def _by_mail(places: list[LocalOffice]) -> list[LocalOffice]:
    return [place for place in places if place.takes_mail]


def _sheet(item: Item, office: Office, place: LocalOffice | None) -> Sheet:
    return Sheet(
        day=clock.day(settings, bank.campaign.zone),
        to=(f"{office.title} {office.name}", *(place.lines if place else office.in_washington)),
        subject=item.subject,
        body=item.body,
    )


def _pdf(sheets: list[Sheet], title: str, name: str) -> ResponseReturnValue:
    response = make_response(pdf.render(sheets, title))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/kit/<token>/<seat>.txt")
def plain_text(token: str, seat: str) -> ResponseReturnValue:
    """One letter as a plain text to keep: subject, a blank line, the letter."""
    kit, _form_id = _open(token)
    item = _item(kit, seat)
    response = make_response(f"{item.subject}\n\n{item.body}\n")
    response.mimetype = "text/plain"
    response.headers["Content-Disposition"] = f'attachment; filename="letter-{item.seat}.txt"'
    return response


@bp.post("/kit/<token>/mine")
def send_mine(token: str) -> ResponseReturnValue:
    """Mail the link to the writer's private page; to the address they gave, or else to the one they give now."""
    kit, form_id = _open(token)
    form = LinkForm()
    if not kit.has_email and not form.validate():
        return _page(kit, token, form), 422
    given = None if kit.has_email else form.email.data
    email = database.write(lambda session: kits.email_of(session, keys, form_id, given, now=clock.wall()))
    send_link(email)
    return redirect(frames.here("kit.show", token=token, said="mine", _anchor="mine"), 303)


@bp.post("/kit/<token>/<seat>")
def say(token: str, seat: str) -> ResponseReturnValue:
    """What a supporter says they have done with the letter to one office. Unticking takes it back."""
    kit, form_id = _open(token)
    _item(kit, seat)
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
        frames.through(partners.find(session, kit.partner) if kit.partner else None)
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
    return {
        seat: nearest_first(office.local_offices, kit.place[2], kit.point) for seat, office in _offices(kit).items()
    }


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
