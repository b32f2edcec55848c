"""How often supporters came to a step that stores nothing of theirs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base

STEPS = ("looked_up", "read")
"""The offices of an address were shown; the finished letters were."""


class Step(Base):
    """A count by day, and nothing about who. Whoever takes a step twice is counted twice."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("day", "letter", "partner", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    """The day, in the campaign's time zone."""
    letter: Mapped[str] = mapped_column(String(64))
    """Slug of the letter."""
    partner: Mapped[str] = mapped_column(String(32))
    """Code of the partner through whose site it was; empty where there was none."""
    step: Mapped[str] = mapped_column(String(16))
    """One of `STEPS`."""
    n: Mapped[int]
    """How often."""
