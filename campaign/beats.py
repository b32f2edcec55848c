"""Signs of life: of the worker every half minute, of a clock that is trusted as often, of each backup once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from campaign.database import insert_once
from campaign.models import Beat

WORKER, CLOCK, BACKUP = "worker", "clock", "backup"

WORKER_SECONDS = 30
"""How often the worker says that it is there."""


def note(session: Session, name: str, now: datetime) -> None:
    """Note that something works, now."""
    insert_once(session, Beat, {"name": name, "at": now}, unique=("name",))
    session.execute(update(Beat).where(Beat.name == name).values(at=now))


def last(session: Session, name: str) -> datetime | None:
    """When it last did, as far as is known."""
    row = session.get(Beat, name)
    return row.at if row else None
