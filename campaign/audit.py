"""Who did what in the organizers' room. Entries are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.models import Entry

ACTIONS: dict[str, str] = {}
"""Action → how it is said in the log, as a msgid. Whoever adds an act adds its words here."""


def note(session: Session, organizer: str, action: str, about: str = "", *, now: datetime) -> None:
    """Add an entry, in the transaction of the act itself: what is done is noted, and what is noted was done.

    Args:
        organizer: address of who did it; empty where it was the command line.
        action: one of `ACTIONS`.
        about: to whom or to what it was done: a partner's code, a seat, an organizer's address; never a supporter.
    """
    if action not in ACTIONS:
        raise ValueError(f"there is no action {action!r}")
    session.add(Entry(at=now, organizer=organizer, action=action, about=about))


def newest(session: Session, before: int | None = None, most: int = 100) -> list[Entry]:
    """The newest entries, newest first; `before` is the id from which on they are known already."""
    statement = select(Entry).order_by(Entry.id.desc()).limit(most)
    return list(session.scalars(statement if before is None else statement.where(Entry.id < before)))
