"""What looks stuffed. Nobody is refused for it: it is quarantined, that is kept and not counted, until an organizer has
looked.

What tells many of one hand from many hands is kept as keyed hashes, for `SIGNS_LIFE` and no longer.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from disposable_email_domains import blocklist
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from campaign.database import changed
from campaign.emails import domain_of
from campaign.keys import Keys
from campaign.models import Message, Moment, Pledge

SIGNS_LIFE = timedelta(days=30)
"""How long it is kept from which network, domain and words something came."""

BURST = timedelta(minutes=10)
BURST_MOST = 60
"""So many people from one network within `BURST` are a hall full of them; more are set apart, to be looked at."""

SAME_WORDS = timedelta(days=1)
SAME_WORDS_MOST = 10
"""So many letters whose writers' own words are the same are passed from hand to hand; more are set apart."""
SAME_WORDS_LEAST = 5
"""Words, fewer than which are the same by chance."""

CROWD_LEAST = 10
CROWDS_MOST = 10
"""Crowds that are worth a look, and how many of them are shown."""

FLAGS = ("trap", "haste", "disposable", "burst", "words")
"""Why something is quarantined at once: a field that people do not see was filled in, no person is so fast, the email
address is one to be thrown away, too many came from one network, or with the same words."""

SIGNS = ("network_hash", "domain_hash", "words_hash")


_WROTE = select(func.count()).where(
    Message.network_hash == bindparam("network_hash"), Message.created_at > bindparam("burst", type_=Moment)
)
_PLEDGED_ONLY = select(func.count(Pledge.supporter_id.distinct())).where(
    Pledge.message_id.is_(None),
    Pledge.network_hash == bindparam("network_hash"),
    Pledge.created_at > bindparam("burst", type_=Moment),
)
_WITH_WORDS = select(func.count()).where(
    Message.words_hash == bindparam("words_hash"), Message.created_at > bindparam("same_words", type_=Moment)
)
_BEFORE = select(_WROTE.scalar_subquery() + _PLEDGED_ONLY.scalar_subquery(), _WITH_WORDS.scalar_subquery())
"""How many people have just finished something in a network, and how many letters had the same words. Made once: it is
asked for each letter."""


@dataclass(frozen=True, slots=True, repr=False)
class Arrival:
    """How something came."""

    network_hash: str
    words: str = ""
    """The writer's own words."""
    trapped: bool = False
    hasty: bool = False


def screen(session: Session, keys: Keys, arrival: Arrival, email: str | None, now: datetime) -> dict[str, Any]:
    """The columns of a message or pledge that comes now: its signs, and whether it is quarantined and why."""
    words = plain(arrival.words)
    signs = {
        "network_hash": arrival.network_hash,
        "domain_hash": domain_hash(keys, domain_of(email)) if email else None,
        "words_hash": keys.fingerprint("words", words) if len(words.split()) >= SAME_WORDS_LEAST else None,
    }
    moments = {"burst": now - BURST, "same_words": now - SAME_WORDS}
    people, alike = session.connection().execute(_BEFORE, signs | moments).one()
    found = {
        "trap": arrival.trapped,
        "haste": arrival.hasty,
        "disposable": bool(email) and is_disposable(domain_of(email or "")),
        "burst": people >= BURST_MOST,
        "words": signs["words_hash"] is not None and alike >= SAME_WORDS_MOST,
    }
    flags = " ".join(flag for flag in FLAGS if found[flag])
    return {**signs, "quarantined_at": now if flags else None, "quarantined_for": flags or None}


def plain(words: str) -> str:
    """Words as they are compared: without capitals, punctuation and line breaks."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in folded).split())


def domain_hash(keys: Keys, domain: str) -> str:
    """The keyed hash by which addresses of one domain are found."""
    return keys.fingerprint("domain", domain)


def is_disposable(domain: str) -> bool:
    """Whether mail to a domain, or to one above it, is thrown away (source: the package `disposable-email-domains`)."""
    parts = domain.split(".")
    return any(".".join(parts[at:]) in blocklist for at in range(len(parts) - 1))


def forget_signs(session: Session, now: datetime) -> int:
    """Destroy the signs whose time is over. Returns how many messages and pledges lost theirs."""
    forgotten = 0
    for model in (Message, Pledge):
        old = update(model).where(model.network_hash.is_not(None), model.created_at <= now - SIGNS_LIFE)
        forgotten += changed(session.execute(old.values(dict.fromkeys(SIGNS))))
    return forgotten


@dataclass(frozen=True, slots=True)
class Crowd:
    """What many messages or pledges have in common, and since when."""

    sign: str
    """`network_hash` or `words_hash`."""
    value: str
    messages: int
    pledges: int
    first: datetime
    last: datetime


def crowds(session: Session, since: datetime) -> list[Crowd]:
    """The networks, and the own words, from which most has come since a moment and counts now; the largest first."""
    found: dict[tuple[str, str], Crowd] = {}
    for model, signs in ((Message, (Message.network_hash, Message.words_hash)), (Pledge, (Pledge.network_hash,))):
        for sign in signs:
            n, span = func.count(), (func.min(model.created_at), func.max(model.created_at))
            counts = (model.created_at > since, model.quarantined_at.is_(None), sign.is_not(None))
            rows = select(sign, n, *span).where(*counts).group_by(sign).having(n >= CROWD_LEAST)
            for value, many, first, last in session.execute(rows.order_by(n.desc()).limit(CROWDS_MOST)):
                key = str(sign.key), str(value)
                known = found.get(key, Crowd(*key, 0, 0, first, last))
                name = model.__tablename__
                more = {name: getattr(known, name) + many, "first": min(known.first, first)}
                found[key] = replace(known, **more, last=max(known.last, last))
    return sorted(found.values(), key=lambda crowd: (-crowd.messages - crowd.pledges, crowd.sign, crowd.value))[
        :CROWDS_MOST
    ]
