"""A person who acts, as far as the campaign knows them: an email address, encrypted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Supporter(Base):
    """One email address. Found again by its hash, read only with the campaign's key."""

    __tablename__ = "supporters"
    __table_args__ = (UniqueConstraint("email_hash"), Index("ix_supporters_mine_hash", "mine_hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the canonical address."""
    sealed_email: Mapped[bytes] = mapped_column(LargeBinary)
    """The address as it was typed, encrypted."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When the address was first given."""
    mine_hash: Mapped[str | None] = mapped_column(String(64))
    """Hash of the newest link to their private page."""
