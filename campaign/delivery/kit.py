"""The send kit: what a supporter needs to send their letters, and what they say they have done with them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import originality, supporters
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import Delivery, Message, Supporter
from campaign.models.delivery import SAID
from campaign.models.message import KIT_LIFE

SPOKEN_WORDS = 100
"""About 45 seconds at a calm 135 words a minute."""
ASK_WORDS = 60
"""Of those, at most so many for the ask: the story comes first."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])(?<!\b[A-Z]\.)\s+|(?<=[.!?…][”\"’'])\s+")
"""Where a sentence ends. An initial ends none: whoever reads "the U.S." aloud would stop in mid-sentence."""


@dataclass(frozen=True, slots=True, repr=False)  # nobody's name or words reach a log through debug output
class Item:
    """One office's letter and what was said of it."""

    seat: str
    bioguide: str
    subject: str
    body: str
    said: frozenset[str]


@dataclass(frozen=True, slots=True, repr=False)
class Kit:
    """A message ready to be sent by its writer."""

    letter: str
    partner: str | None
    source: str | None
    state: str
    name: str
    address: tuple[str, ...]
    items: tuple[Item, ...]
    pledged: tuple[str, ...]
    congress: int
    """The number of the Congress to whose members it was written."""
    point: tuple[float, float] | None
    """Where the writer lives, as coarsely as a town, if it is known."""
    has_email: bool
    """Whether its writer gave an email address; the kit does not say which."""
    ends_at: datetime

    def hours_left(self, now: datetime) -> int:
        """Whole hours until it ends; minutes that went by since it was made do not cost it one."""
        return (self.ends_at - now + timedelta(minutes=5)) // timedelta(hours=1)

    @property
    def place(self) -> tuple[str, str, str]:
        """The writer's town, state and ZIP code, from the last line of their address."""
        city, _, rest = self.address[-1].rpartition(", ")
        state, _, zip_code = rest.partition(" ")
        return city, state, zip_code

    @property
    def names(self) -> tuple[str, str]:
        """What forms ask for: first name or names, and the last one; a guess, for the writer to mend."""
        first, _, last = self.name.rpartition(" ")
        return first, last


def open_kit(session: Session, keys: Keys, form_id: str, *, now: datetime) -> Kit:
    """Read a kit.

    Raises:
        NotFound: there is no such message, or its text has been destroyed.
    """
    message = session.scalar(select(Message).where(Message.form_id == form_id))
    ends_at = min(message.text_until, message.created_at + KIT_LIFE) if message else now
    if message is None or message.sealed is None or ends_at <= now:
        raise NotFound("This page has ended, and the letters on it are gone.")
    kept = json.loads(keys.unseal(message.sealed))
    deliveries = session.scalars(select(Delivery).where(Delivery.message_id == message.id).order_by(Delivery.id)).all()
    return Kit(
        letter=message.letter,
        partner=message.partner,
        source=message.source,
        state=message.state,
        name=kept["name"],
        address=tuple(kept["address"]),
        items=tuple(
            Item(
                seat=delivery.seat,
                bioguide=delivery.bioguide,
                subject=kept["texts"][delivery.seat]["subject"],
                body=kept["texts"][delivery.seat]["body"],
                said=frozenset(word for word in SAID if getattr(delivery, f"{word}_at")),
            )
            for delivery in deliveries
        ),
        pledged=tuple(kept["pledged"]),
        congress=kept["congress"],
        point=tuple(kept["point"]) if kept["point"] else None,
        has_email=message.supporter_id is not None,
        ends_at=ends_at,
    )


def email_of(session: Session, keys: Keys, form_id: str, given: str | None, *, now: datetime) -> str:
    """The email address of whoever wrote a message. Where there is none yet, it becomes the `given` one.

    Raises:
        NotFound: there is no such message.
    """
    message = session.scalar(select(Message).where(Message.form_id == form_id))
    if message is None:
        raise NotFound("This page has ended, and the letters on it are gone.")
    if message.supporter_id is None and given:
        message.supporter_id = supporters.find_or_add(session, keys, given, may_contact=False, now=now)
    return keys.unseal(session.get_one(Supporter, message.supporter_id).sealed_email)


def mark(session: Session, form_id: str, seat: str, said: set[str], *, now: datetime) -> None:
    """Record what a supporter says they have done for one office; what they no longer say is taken back.

    Raises:
        NotFound: the message has no delivery to that seat.
    """
    delivery = session.scalar(
        select(Delivery)
        .join(Message, Message.id == Delivery.message_id)
        .where(Message.form_id == form_id, Delivery.seat == seat)
    )
    if delivery is None:
        raise NotFound("This letter does not go to that office.")
    for word in SAID:
        was = getattr(delivery, f"{word}_at")
        setattr(delivery, f"{word}_at", (was or now) if word in said else None)


def call_script(body: str) -> str:
    """What to say on the telephone, for about 45 seconds: how the letter begins, and what it asks in the end."""
    start, end = originality.middle(body)
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", body[start:end])]
    *story, ask = [paragraph for paragraph in paragraphs if paragraph] or [""]
    if not story:
        return _spoken(ask, SPOKEN_WORDS)
    request = _spoken(ask, ASK_WORDS)
    return f"{_spoken(' '.join(story), SPOKEN_WORDS - len(request.split()))} {request}"


def _spoken(text: str, room: int) -> str:
    """The first sentences of a text, as many as fit into so many words; if not even one fits, its beginning."""
    kept: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        words = sentence.split()
        if len(words) > room:
            return " ".join(kept) or f"{' '.join(words[:room])} …"
        kept.append(sentence)
        room -= len(words)
    return " ".join(kept)
