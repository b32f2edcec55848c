"""That a campaign is, for a part or wholly, made up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Demonstration(Base):
    """One demonstration that was made, and from what: the same numbers make the same one."""

    __tablename__ = "demonstrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    seed: Mapped[int]
    """From which chance began."""
    supporters: Mapped[int]
    """How many were to be made up."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was begun."""
