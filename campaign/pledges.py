"""Promises of a further step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from campaign.database import insert_once
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
    """Store one pledge for each kind not yet pledged by this supporter, and return those kinds."""
    return [
        kind
        for kind in kinds
        if insert_once(
            session,
            Pledge,
            {
                "supporter_id": supporter_id,
                "kind": kind,
                "letter": occasion.letter,
                "message_id": occasion.message_id,
                "partner": occasion.partner,
                "state": occasion.state,
                "day": occasion.day,
                "created_at": occasion.now,
            },
            unique=("supporter_id", "kind"),
        )
    ]
