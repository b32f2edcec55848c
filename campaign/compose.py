"""The central transaction: a supporter's message, its deliveries and pledges, stored together or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from campaign import consents, pledges, screening, supporters
from campaign.addresses import Address
from campaign.database import changed, insert_all, insert_once
from campaign.errors import Conflict
from campaign.keys import Keys
from campaign.models import Delivery, Message
from campaign.models.message import KIT_LIFE, PACK_LIFE
from campaign.screening import Arrival


class AlreadyWritten(Conflict):
    """The same form came before, with other content."""

    code = "already_written"


@dataclass(frozen=True, slots=True, repr=False)  # nobody's name or words reach a log through debug output
class Signer:
    """Who signs: name and postal address stand in the letter, an email address only where a pledge needs it."""

    name: str
    address: Address
    email: str | None = None
    may_contact: bool = False
    may_share: bool = False
    """The partner through whose site the message comes may have the email address."""
    may_print: bool = False
    """The campaign may bring the letters to the offices on paper."""
    may_quote: bool = False
    """It may quote from them, with the town and without the name; only together with `may_print`."""


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """The finished letter to one office."""

    seat: str
    bioguide: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from, and when."""

    form_id: str
    letter: str
    partner: str | None
    house_seat: str | None
    congress: int
    """The number of the Congress whose members it is written to."""
    day: date
    now: datetime
    source: str | None = None
    """The link by which the writer came, in the words of whoever made it."""
    follows: str | None = None
    """The id of the form that the writer finished before, and now once more with other words."""
    point: tuple[float, float] | None = None
    """Where the writer lives, as coarsely as a town; kept with the text, for the nearest office."""
    arrival: Arrival | None = None
    """How it came, where that is to be looked at."""


_SIGNED = update(Message).where(Message.id == bindparam("message_id")).values(supporter_id=bindparam("signed_by"))


def write_message(
    session: Session,
    keys: Keys,
    origin: Origin,
    signer: Signer,
    texts: Sequence[Text],
    pledge_kinds: Sequence[str] = (),
) -> str:
    """Store a message, one delivery for each office, and the pledges. Returns the form's id.

    The same form with the same content stores nothing and returns the same id: a double click is harmless.

    Raises:
        AlreadyWritten: the same form came before with other content.
        ValueError: there is no office to write to, or pledges come without an email address.
    """
    if not texts or (pledge_kinds and not signer.email):
        raise ValueError("a message needs an office, and a pledge an email address")
    content = json.dumps([signer, list(texts), sorted(pledge_kinds)], default=_fields)
    content_hash = keys.fingerprint("message", content)
    signs = screening.screen(session, keys, origin.arrival, signer.email, origin.now) if origin.arrival else {}
    message_id = insert_once(
        session,
        Message,
        {
            "form_id": origin.form_id,
            "content_hash": content_hash,
            "letter": origin.letter,
            "partner": origin.partner,
            "source": origin.source,
            "state": signer.address.state,
            "house_seat": origin.house_seat,
            "sealed": keys.seal(_sealed_text(origin, signer, texts, pledge_kinds)),
            "may_print": signer.may_print,
            "may_quote": signer.may_print and signer.may_quote,
            "wording": consents.LETTERS if signer.may_print else None,
            "text_until": origin.now + (PACK_LIFE if signer.may_print else KIT_LIFE),
            "day": origin.day,
            "created_at": origin.now,
            **signs,
        },
        unique=("form_id",),
    )
    if message_id is None:
        before = session.scalars(select(Message.content_hash).where(Message.form_id == origin.form_id)).one()
        if before != content_hash:
            raise AlreadyWritten("This letter is finished already, and what you sent now differs from it.")
        return origin.form_id
    if origin.follows:
        take_back(session, origin.follows)
    offices = [{"message_id": message_id, "seat": text.seat, "bioguide": text.bioguide} for text in texts]
    insert_all(session, Delivery, offices)
    if signer.email:
        supporter_id = supporters.find_or_add(
            session,
            keys,
            signer.email,
            may_contact=signer.may_contact,
            share_with=origin.partner if signer.may_share else None,
            now=origin.now,
        )
        session.connection().execute(_SIGNED, {"message_id": message_id, "signed_by": supporter_id})
        occasion = pledges.Occasion(
            state=signer.address.state,
            day=origin.day,
            now=origin.now,
            letter=origin.letter,
            message_id=message_id,
            partner=origin.partner,
            source=origin.source,
            signs=signs,
        )
        person = pledges.Person.of(keys, supporter_id, signer.name, signer.address.zip)
        pledges.make(session, person, pledge_kinds, occasion)
    return origin.form_id


def take_back(session: Session, form_id: str) -> None:
    """Give up what the campaign might do with letters: their writer takes it back, or has finished them anew."""
    before = session.scalar(select(Message).where(Message.form_id == form_id))
    if before:
        before.may_print = before.may_quote = False
        before.text_until = min(before.text_until, before.created_at + KIT_LIFE)


def forget_texts(session: Session, now: datetime) -> int:
    """Destroy the texts, names and addresses whose time is over. Returns how many messages lost theirs."""
    result = session.execute(
        update(Message).where(Message.text_until <= now, Message.sealed.is_not(None)).values(sealed=None)
    )
    return changed(result)


def _fields(record: Signer | Address | Text) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _sealed_text(origin: Origin, signer: Signer, texts: Sequence[Text], pledge_kinds: Sequence[str]) -> str:
    # The pledges stand here too: the kit shows what was asked for with this message, not what the person behind an
    # email address has pledged before. That would tell a stranger who types somebody else's address.
    return json.dumps(
        {
            "congress": origin.congress,
            "point": origin.point,
            "name": signer.name,
            "address": signer.address.lines,
            "texts": {text.seat: {"subject": text.subject, "body": text.body} for text in texts},
            "pledged": list(pledge_kinds),
        }
    )
