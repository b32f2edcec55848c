"""A supporter's private page: what they wrote and promised, and what came of it.

There is no account. Whoever asks for an address is answered in the same way, and the link goes to that address; the
newest one works, and is kept as a hash alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import compose, emails
from campaign.delivery import kit, outbox
from campaign.errors import NotFound
from campaign.keys import Keys, link_hash, link_token
from campaign.models import Delivery, Message, Pledge, Supporter
from campaign.models.delivery import SAID
from campaign.models.message import KIT_LIFE


@dataclass(frozen=True, slots=True)
class Said:
    """One office's letter, and what its writer says has become of it."""

    delivery: int
    seat: str
    bioguide: str
    said: frozenset[str]


@dataclass(frozen=True, slots=True)
class Written:
    """One message on the page."""

    form_id: str
    letter: str
    day: date
    may_print: bool
    kit_is_open: bool
    """Whether the letters themselves can still be read, in the kit."""
    offices: tuple[Said, ...]


def ask_for_link(
    session: Session, keys: Keys, email: str, write: Callable[[str], tuple[str, str]], *, now: datetime
) -> None:
    """Mail a new link to whoever has this address, if we know it; `write` makes subject and text from its token.

    At most so many a day go to one address; further ones change nothing. Whoever asks learns nothing, also not by the
    time it takes.
    """
    email_hash = emails.fingerprint(keys, email)
    # Held on PostgreSQL until the commit: two who ask at the same moment would both find room for one more mail.
    supporter = session.scalar(
        select(Supporter).where(Supporter.email_hash == email_hash).with_for_update(key_share=True)
    )
    token = link_token()
    subject, text = write(token)
    mail = ("private_page", keys.unseal(supporter.sealed_email) if supporter else email, subject, text)
    if supporter and outbox.enqueue(session, keys, *mail, now=now):
        supporter.mine_hash = link_hash(token)
    else:
        outbox.pretend(session, keys, *mail, now=now)


def find(session: Session, token: str) -> int:
    """The supporter whose page this is.

    Raises:
        NotFound: there is no such page, or a newer link has taken its place.
    """
    found = session.scalar(select(Supporter.id).where(Supporter.mine_hash == link_hash(token)))
    if found is None:
        raise NotFound("This link does not work any more. Ask for a new one.")
    return found


def messages(session: Session, supporter_id: int, now: datetime) -> list[Written]:
    """What a supporter has written, the newest first."""
    rows = session.scalars(select(Message).where(Message.supporter_id == supporter_id).order_by(Message.id.desc()))
    found = list(rows)
    said: dict[int, list[Said]] = {message.id: [] for message in found}
    deliveries = select(Delivery).where(Delivery.message_id.in_(said)).order_by(Delivery.id)
    for row in session.scalars(deliveries):
        words = frozenset(word for word in SAID if getattr(row, f"{word}_at"))
        said[row.message_id].append(Said(row.id, row.seat, row.bioguide, words))
    return [
        Written(
            form_id=message.form_id,
            letter=message.letter,
            day=message.day,
            may_print=message.may_print,
            kit_is_open=message.sealed is not None and message.created_at + KIT_LIFE > now,
            offices=tuple(said[message.id]),
        )
        for message in found
    ]


@dataclass(frozen=True, slots=True)
class Promised:
    """One pledge on the page; what was withdrawn is not there."""

    id: int
    kind: str
    slot: int
    confirmed: bool
    fulfilled: bool


def promised(session: Session, supporter_id: int) -> list[Promised]:
    """What a supporter has pledged, in the order of their pledges."""
    rows = session.execute(
        select(Pledge.id, Pledge.kind, Pledge.slot, Pledge.confirmed_at, Pledge.fulfilled_at)
        .where(Pledge.supporter_id == supporter_id, Pledge.withdrawn_at.is_(None))
        .order_by(Pledge.id)
    )
    return [Promised(row.id, row.kind, row.slot, bool(row.confirmed_at), bool(row.fulfilled_at)) for row in rows]


def mark(session: Session, supporter_id: int, delivery_id: int, said: set[str], *, now: datetime) -> None:
    """Record what a supporter says of one office's letter; what they no longer say is taken back.

    Raises:
        NotFound: they have no such letter.
    """
    row = session.execute(
        select(Message.form_id, Delivery.seat)
        .join_from(Message, Delivery, Delivery.message_id == Message.id)
        .where(Delivery.id == delivery_id, Message.supporter_id == supporter_id)
    ).first()
    if row is None:
        raise NotFound("There is no such letter on this page.")
    kit.mark(session, row.form_id, row.seat, said, now=now)


def take_back(session: Session, supporter_id: int, form_id: str) -> None:
    """The campaign may no longer bring these letters to the offices, nor quote from them.

    Raises:
        NotFound: they have no such letters.
    """
    own = select(Message.id).where(Message.form_id == form_id, Message.supporter_id == supporter_id)
    # PostgreSQL cannot even look for a NUL.
    if "\0" in form_id or session.scalar(own) is None:
        raise NotFound("There is no such letter on this page.")
    compose.take_back(session, form_id)
