"""Who runs the campaign, and how they sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
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
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When the account was made."""
    password: Mapped[str | None] = mapped_column(String(200))
    """The hash of the password, as argon2 writes it; empty for whoever signs in by links alone."""
    sealed_factor: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The secret that the second factor is made from, encrypted; empty where there is none."""
    factor_step: Mapped[int | None] = mapped_column(BigInteger)
    """The time step of the last code that was taken, in half minutes since 1970: no code is taken twice."""


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


class OrganizerSession(Base):
    """One browser in which an organizer is signed in."""

    __tablename__ = "organizer_sessions"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_organizer_sessions_organizer_id", "organizer_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"))
    """Whose it is."""
    token_hash: Mapped[str] = mapped_column(String(64))
    """Hash of what the browser's cookie holds, which itself is nowhere stored."""
    browser: Mapped[str] = mapped_column(String(40))
    """What it is, in a few words, such as "Firefox on Linux"; not where it is."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When they signed in."""
    seen_at: Mapped[datetime] = mapped_column(Moment)
    """When it was last seen, to some minutes."""


class RecoveryCode(Base):
    """A code that takes the place of the second factor, once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("organizer_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"))
    """Whose it is."""
    code_hash: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the code."""
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was used."""


class Attempts(Base):
    """How often somebody has tried in vain to sign in under one address, whether or not there is such an account."""

    __tablename__ = "sign_in_attempts"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Keyed hash of the address, or of the account where a second factor was asked for."""
    failures: Mapped[int]
    """How often since they last succeeded."""
    last_at: Mapped[datetime] = mapped_column(Moment)
    """When last."""
