"""A mail that is to leave, or has left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment

FAILED = "failed_at IS NOT NULL"
"""The condition, in SQL, of the mails that were given up."""


class Mail(Base):
    """One mail to one address. The rows that are neither sent nor failed are the queue."""

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_due", "sent_at", "failed_at", "due_at"),
        Index("ix_mails_email_hash", "email_hash", "kind", "created_at"),
        Index("ix_mails_failed", "id", sqlite_where=text(FAILED), postgresql_where=text(FAILED)),
        {"sqlite_autoincrement": True},  # a number is used once, or an erased mail's would come back as another's
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    """What it is about, as a word of the program's: what is limited is the mails of one kind."""
    email_hash: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the canonical address, the same as its supporter's."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Address, subject and text, encrypted; empty once it is sent or given up."""
    due_at: Mapped[datetime] = mapped_column(Moment)
    """From when on it may be sent. While a worker has it in hand, when another may take it."""
    tries: Mapped[int]
    """How often a worker has taken it in hand."""
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the server accepted it."""
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was given up."""
    failure: Mapped[str | None] = mapped_column(String(200))
    """Why the last try failed, without a word of what it was to say and to whom."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was written."""
