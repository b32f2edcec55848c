"""A mail on its way out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Mail(Base):
    """One mail. The row is the queue: the worker takes it from here, and says here what came of it."""

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_due_at", "due_at"),
        Index("ix_mails_email_hash", "email_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    """What it is about: `private_page`."""
    email_hash: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the address, as supporters have it."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Address, subject and text, encrypted; empty once the mail is sent or given up."""
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it is to be tried next; empty once it is sent or given up."""
    tries: Mapped[int]
    """How often it was tried."""
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    """When a mail server took it."""
    failure: Mapped[str | None] = mapped_column(String(200))
    """Why the last try failed, without anything about the person."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was stored."""
