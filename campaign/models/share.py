"""A link by which somebody outside the organizers' room sees the page of one office, for some days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Share(Base):
    """One link. It opens its page until `ends_at`, or until an organizer ends it."""

    __tablename__ = "shares"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_shares_ends_at", "ends_at"),
        Index("ix_shares_seat", "seat"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    """Hash of the token in its address; the token itself is nowhere stored."""
    seat: Mapped[str] = mapped_column(String(5))
    """The office's seat: `CA-12`, `WY-AL`, `CA-S1`."""
    bioguide: Mapped[str] = mapped_column(String(7))
    """Who held the seat when it was made: it is no link to a successor's page."""
    audience: Mapped[str] = mapped_column(String(100))
    """For whom it was made, in the organizer's words."""
    organizer: Mapped[str] = mapped_column(String(320))
    """Address of the organizer who made it."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was made."""
    ends_at: Mapped[datetime] = mapped_column(Moment)
    """From when on it opens nothing; earlier than was chosen where an organizer has ended it."""
