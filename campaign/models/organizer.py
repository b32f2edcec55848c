"""Who runs the campaign, and how they sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Organizer(Base):
    """One organizer's account."""

    __tablename__ = "organizers"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    """Normalized address; organizers are staff and are found by it."""
    role: Mapped[str] = mapped_column(String(16))
    """`viewer`, `organizer` or `admin`."""
    session_key: Mapped[str] = mapped_column(String(32))
    """Random; every session of theirs carries it, so that a new one ends them all."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When the account was made."""


class SignInLink(Base):
    """A link that signs one organizer in, once."""

    __tablename__ = "sign_in_links"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"))
    """Whom it signs in."""
    token_hash: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the secret in the link; the secret itself is nowhere stored."""
    expires_at: Mapped[datetime] = mapped_column(Moment)
    """From when on it is worth nothing."""
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was used."""
