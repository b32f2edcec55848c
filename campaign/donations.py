"""Hand-overs to a donation page. The page itself stands in `letters/destinations.toml`, and nowhere else."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from campaign.models import Click


def record_click(
    session: Session,
    destination: str,
    *,
    day: date,
    now: datetime,
    partner: str | None = None,
    letter: str | None = None,
    state: str | None = None,
) -> None:
    """Count one hand-over. Nothing is kept about who it was."""
    session.add(Click(destination=destination, partner=partner, letter=letter, state=state, day=day, created_at=now))
