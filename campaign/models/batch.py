"""What organizers did to many messages and pledges at once, and why: the entry of it is kept for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment

ACTIONS = ("invalidate", "restore")
"""What can be done: into quarantine, and out of it."""

OPEN = "done_at IS NULL"


class Batch(Base):
    """One action on all that a filter finds. The worker carries it out in steps; what each has done stands here."""

    __tablename__ = "batches"
    __table_args__ = (Index("ix_batches_open", "id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(16))
    """`invalidate` or `restore`."""
    filter: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The filter's fields that are set, as text; of networks, domains and words, empty after `screening.SIGNS_LIFE`."""
    reason: Mapped[str] = mapped_column(String(300))
    """Why, in the organizer's words."""
    organizer: Mapped[str] = mapped_column(String(254))
    """Email address of who did it; it stays when the account goes."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was asked for; what came later is left alone."""
    messages_up_to: Mapped[int] = mapped_column(server_default="0")
    """Messages up to this id are done with."""
    pledges_up_to: Mapped[int] = mapped_column(server_default="0")
    """Pledges up to this id are done with."""
    messages: Mapped[int] = mapped_column(server_default="0")
    """How many messages it has changed so far."""
    pledges: Mapped[int] = mapped_column(server_default="0")
    """How many pledges it has changed so far."""
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it came to its end."""
