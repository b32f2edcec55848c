"""Promises of a further step."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import Session

from campaign.database import changed, insert_once
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import Moment, Pledge

REPEAT = timedelta(minutes=10)
"""Within this time the same wish is a form sent twice, and mails nothing."""

WAITS = timedelta(days=14)
"""How long a pledge waits to be confirmed. Then it is forgotten, and its maker, unless they wrote letters."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, where and through whom something was promised."""

    state: str
    day: date
    now: datetime
    letter: str | None = None
    message_id: int | None = None
    partner: str | None = None
    source: str | None = None
    """The link by which its maker came, in the words of whoever made it."""
    signs: Mapping[str, Any] = field(default_factory=dict)
    """What `screening` found: columns of the pledge."""


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """Who promises: a mailbox, and who of those that share it."""

    supporter_id: int
    name_hash: str | None = None
    zip_hash: str | None = None

    @classmethod
    def of(cls, keys: Keys, supporter_id: int, name: str, zip_code: str) -> Person:
        """Known by name and ZIP code, of which hashes alone are kept."""
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", name).casefold() if sign.isalnum())
        return cls(supporter_id, keys.fingerprint("name", plain), keys.fingerprint("zip", zip_code))


def make(session: Session, person: Person, kinds: Iterable[str], occasion: Occasion) -> list[str]:
    """Store one pledge for each kind not yet pledged by this person, and return those kinds.

    The same mailbox pledges twice only under two names at the same ZIP code: two of a household. A third is none: whose
    it were could not be told.

    Until its maker has confirmed it, a pledge may be anybody's who knows the address. So whoever comes later takes its
    place, with their name, state and partner; but not with what looks stuffed. One that was withdrawn, or was not
    confirmed in time, is made anew, and waits to be confirmed like a new one. What organizers put into quarantine stays
    there.
    """
    return [kind for kind in dict.fromkeys(kinds) if _make(session, person, kind, occasion)]


def _make(session: Session, person: Person, kind: str, occasion: Occasion) -> bool:
    made: dict[str, Any] = {
        "name_hash": person.name_hash,
        "zip_hash": person.zip_hash,
        "letter": occasion.letter,
        "message_id": occasion.message_id,
        "partner": occasion.partner,
        "source": occasion.source,
        "state": occasion.state,
        "day": occasion.day,
        "created_at": occasion.now,
        "quarantined_at": None,
        "quarantined_for": None,
        **occasion.signs,
    }
    for slot in (1, 2):
        own = {"supporter_id": person.supporter_id, "kind": kind, "slot": slot}
        if insert_once(session, Pledge, own | made, unique=("supporter_id", "kind", "slot")):
            return True
        # Held, so that neither its maker nor the counter changes it while it is looked at.
        held = select(Pledge).filter_by(**own).with_for_update().execution_options(populate_existing=True)
        there = session.scalars(held).one()
        others = there.name_hash not in (None, person.name_hash)
        if not (others and there.zip_hash == person.zip_hash):
            return _replace(session, there, made)
    return False


def _replace(session: Session, there: Pledge, made: dict[str, Any]) -> bool:
    """Make a pledge anew that does not stand. Says whether it was over: then this is a new one."""
    waited = made["created_at"] - there.created_at
    over = there.withdrawn_at is not None or (there.confirmed_at is None and waited >= WAITS)
    if not over and (there.confirmed_at or (made["quarantined_at"] and not there.quarantined_at)):
        return False
    stays: set[str] = set()
    if there.counted:
        stays |= {"state", "partner"}  # it is counted under them
    if not over and abs(waited) < REPEAT:
        stays |= {"day", "created_at"}
    if (there.quarantined_for or "").startswith("batch-"):
        stays |= {"quarantined_at", "quarantined_for"}
    for name in made.keys() - stays:
        setattr(there, name, made[name])
    there.confirmed_at = there.fulfilled_at = there.withdrawn_at = None
    session.flush()
    return over


def fulfil(session: Session, supporter_id: int, pledge_id: int, *, done: bool, now: datetime) -> None:
    """Record that a supporter has done what they pledged, or take that back.

    Raises:
        NotFound: they have no such pledge, or have withdrawn it.
    """
    first = func.coalesce(Pledge.fulfilled_at, literal(now, Moment))
    _set(session, supporter_id, pledge_id, fulfilled_at=first if done else None)


def withdraw(session: Session, supporter_id: int, pledge_id: int, *, now: datetime) -> None:
    """Take a pledge back. Its row stays, and counts no more.

    Raises:
        NotFound: they have no such pledge, or have withdrawn it before.
    """
    _set(session, supporter_id, pledge_id, withdrawn_at=now)


def _set(session: Session, supporter_id: int, pledge_id: int, **values: Any) -> None:
    own = (Pledge.id == pledge_id, Pledge.supporter_id == supporter_id, Pledge.withdrawn_at.is_(None))
    if not changed(session.execute(update(Pledge).where(*own).values(**values))):
        raise NotFound("There is no such pledge on this page.")
