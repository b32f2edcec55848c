"""What somebody did in the organizers' room, or from the command line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Entry(Base):
    """One act. The database itself refuses to change or to delete it, see the migration."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_organizer", "organizer", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    """When."""
    organizer: Mapped[str] = mapped_column(String(320))
    """Who: the organizer's address, or empty where it was the command line."""
    action: Mapped[str] = mapped_column(String(40))
    """What, as one of `audit.ACTIONS`."""
    about: Mapped[str] = mapped_column(String(320))
    """To whom or to what: a partner's code, a seat, an organizer's address. Never a supporter."""
