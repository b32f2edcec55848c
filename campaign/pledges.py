"""Promises of a further step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from campaign.database import changed, insert_once
from campaign.errors import NotFound
from campaign.models import Pledge


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, where and through whom something was promised."""

    state: str
    day: date
    now: datetime
    letter: str | None = None
    message_id: int | None = None
    partner: str | None = None


def make(session: Session, supporter_id: int, kinds: Iterable[str], occasion: Occasion) -> list[str]:
    """Store one pledge for each kind not yet pledged by this supporter, and return those kinds.

    One that was withdrawn is made anew, and waits to be confirmed like a new one.
    """
    made = []
    for kind in dict.fromkeys(kinds):
        values: dict[str, Any] = {
            "letter": occasion.letter,
            "message_id": occasion.message_id,
            "partner": occasion.partner,
            "state": occasion.state,
            "day": occasion.day,
            "created_at": occasion.now,
        }
        own = {"supporter_id": supporter_id, "kind": kind}
        if insert_once(session, Pledge, own | values, unique=("supporter_id", "kind")) or _renew(session, own, values):
            made.append(kind)
    return made


def _renew(session: Session, own: dict[str, Any], values: dict[str, Any]) -> bool:
    fresh = {"confirmed_at": None, "fulfilled_at": None, "withdrawn_at": None}
    withdrawn = update(Pledge).filter_by(**own).where(Pledge.withdrawn_at.is_not(None))
    return changed(session.execute(withdrawn.values(values | fresh))) == 1


def fulfil(session: Session, supporter_ids: Sequence[int], kind: str, *, done: bool, now: datetime) -> None:
    """Record that a supporter has done what they pledged, or take that back.

    Raises:
        NotFound: they have pledged nothing of this kind, or have withdrawn it.
    """
    _set(session, supporter_ids, kind, fulfilled_at=func.coalesce(Pledge.fulfilled_at, now) if done else None)


def withdraw(session: Session, supporter_ids: Sequence[int], kind: str, *, now: datetime) -> None:
    """Take a pledge back. Its row stays, and counts no more.

    Raises:
        NotFound: they have pledged nothing of this kind, or have withdrawn it before.
    """
    _set(session, supporter_ids, kind, withdrawn_at=now)


def _set(session: Session, supporter_ids: Sequence[int], kind: str, **values: Any) -> None:
    own = (Pledge.supporter_id.in_(supporter_ids), Pledge.kind == kind, Pledge.withdrawn_at.is_(None))
    if not changed(session.execute(update(Pledge).where(*own).values(**values))):
        raise NotFound("There is no such pledge on this page.")
