"""One hand-over to a donation page."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment, in_order, to_count

ASKERS = ("person", "prefetch", "preview", "bot")
"""Who asks to be handed over. Only persons are counted as handed over; the others are counted apart."""

COUNTS_AS = "CASE by " + " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(ASKERS, 1)) + " END"
"""As what a click counts, in SQL: by who asked."""


class Click(Base):
    """Somebody was sent on to a donation page. Nothing about who."""

    __tablename__ = "clicks"
    __table_args__ = (
        in_order("clicks"),
        in_order("clicks", "destination"),
        in_order("clicks", "partner"),
        Index("ix_clicks_token", "token", unique=True),
        to_count("clicks", COUNTS_AS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    destination: Mapped[str] = mapped_column(String(64))
    """Code of the donation page, from `letters/destinations.toml`."""
    partner: Mapped[str | None] = mapped_column(ForeignKey("partners.code"))
    """The partner through whose site they came."""
    letter: Mapped[str | None] = mapped_column(String(64))
    """Slug of the letter from which they came."""
    state: Mapped[str | None] = mapped_column(String(2))
    """Postal code of their state or territory, where a letter's kit sent them."""
    day: Mapped[date]
    """The day to which it counts, in the campaign's time zone."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it happened."""
    by: Mapped[str] = mapped_column(String(16), server_default="person")
    """Who asked: one of `ASKERS`."""
    token: Mapped[str | None] = mapped_column(String(64))
    """The id that went along to the donation page and comes back with a gift; empty where none went."""
    source: Mapped[str | None] = mapped_column(String(64))
    """The link by which they came, in the words of whoever made the link: `ref`, or `utm_…`."""
    counted: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """As what the totals hold it now: one of `COUNTS_AS`, or 0, not at all. `counting` alone sets it. A row is deleted
    with `counting.delete_rows` and not otherwise; of the columns by which it is counted only `source` ever changes, by
    `counting.forget_source`."""
