"""When something was last known to work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Beat(Base):
    """The last sign of life of one part of the program."""

    __tablename__ = "beats"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`worker`, or `backup`."""
    at: Mapped[datetime] = mapped_column(Moment)
    """When."""
