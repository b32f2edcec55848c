"""One gift, as a donation page's operator told it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment, to_count

MATCHED, UNMATCHED = 1, 2
"""As what a gift counts: it belongs to a hand-over of ours, or as far as we can tell to none."""

COUNTS_AS = f"CASE WHEN click_id IS NULL THEN {UNMATCHED} ELSE {MATCHED} END"
"""The same, in SQL."""


class Gift(Base):
    """Somebody gave, after a hand-over of ours or as far as we can tell after none. Nothing about who."""

    __tablename__ = "gifts"
    __table_args__ = (UniqueConstraint("reference"), UniqueConstraint("click_id"), to_count("gifts", COUNTS_AS))

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(100))
    """The id that was told with it: one id is one gift, however often it is told."""
    click_id: Mapped[int | None] = mapped_column(ForeignKey("clicks.id"))
    """The hand-over that led to it; empty where the id belongs to none."""
    destination: Mapped[str | None] = mapped_column(String(64))
    """Code of the donation page, where the hand-over is known."""
    cents: Mapped[int]
    """How much, in hundredths of the currency."""
    currency: Mapped[str] = mapped_column(String(3))
    """USD."""
    day: Mapped[date]
    """The day on which it was given, as told."""
    imported_at: Mapped[datetime] = mapped_column(Moment)
    """When we were told."""
    counted: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """As what the totals hold it now: one of `COUNTS_AS`, or 0, not at all. `counting` alone sets it. A row is deleted
    with `counting.delete_rows` and not otherwise."""
