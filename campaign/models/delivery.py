"""One message on its way to one office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment, to_count

SAID = ("opened", "sent", "printed", "called", "visited", "replied")
"""What can be said of a delivery; each has its time in the table."""

BITS = {word: 1 << place for place, word in enumerate(SAID)}
"""By which number each of these counts; what is said of one delivery counts as their sum."""

COUNTS_AS = " + ".join(f"CASE WHEN {word}_at IS NULL THEN 0 ELSE {bit} END" for word, bit in BITS.items())
"""The same, in SQL."""

REACHED = BITS["sent"] | BITS["printed"] | BITS["called"] | BITS["visited"]
"""What of it means that an office has heard from the writer."""


class Delivery(Base):
    """What the supporter said about one office's letter. Each time is empty until they say so."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "seat"),
        Index("ix_deliveries_seat", "seat"),
        to_count("deliveries", COUNTS_AS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    """The message."""
    seat: Mapped[str] = mapped_column(String(5))
    """The office's seat: `CA-12`, `WY-AL`, `CA-S1`."""
    bioguide: Mapped[str] = mapped_column(String(7))
    """Who held the seat when the letter was written (the Biographical Directory's id)."""
    opened_at: Mapped[datetime | None] = mapped_column(Moment)
    """They opened the office's own form."""
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    """They sent it with that form."""
    printed_at: Mapped[datetime | None] = mapped_column(Moment)
    """They printed it to mail or to hand in."""
    called_at: Mapped[datetime | None] = mapped_column(Moment)
    """They called the office."""
    visited_at: Mapped[datetime | None] = mapped_column(Moment)
    """They took it to the office."""
    replied_at: Mapped[datetime | None] = mapped_column(Moment)
    """The office has replied."""
    counted: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """As what the totals hold it now: one of `COUNTS_AS`, or 0, not at all. `counting` alone sets it. A row is deleted
    with `counting.delete_rows` and not otherwise."""
