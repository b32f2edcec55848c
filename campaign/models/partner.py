"""An organization whose site embeds the form."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Partner(Base):
    """A partner, known by its code."""

    __tablename__ = "partners"
    __table_args__ = (Index("ix_partners_page_hash", "page_hash"),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    """What its snippet carries: small letters, digits, hyphens."""
    name: Mapped[str] = mapped_column(String(200))
    """What it is called in front of people."""
    origins: Mapped[list[str]] = mapped_column(JSON)
    """The origins that may frame the form: `https://host[:port]`."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was added."""
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when it frames nothing and nothing counts for it; empty: it takes part."""
    sealed_email: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Its contact address as it was given, encrypted; empty: it gets no mail."""
    page_hash: Mapped[str | None] = mapped_column(String(64))
    """Hash of the newest link to its own page."""
