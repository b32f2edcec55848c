"""One cell of the public totals."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base

FIGURES = ("letters", "pledges", "handovers")
"""What the totals count."""


class Total(Base):
    """How many rows of one noun and one cell are counted: exactly those that are marked so. `counting` alone writes."""

    __tablename__ = "totals"
    __table_args__ = (UniqueConstraint("figure", "kind", "state", "partner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    figure: Mapped[str] = mapped_column(String(16))
    """`letters`, `pledges` or `handovers`."""
    kind: Mapped[str] = mapped_column(String(64))
    """The kind of the pledges; empty with the other figures."""
    state: Mapped[str] = mapped_column(String(2))
    """Postal code of the state or territory; empty where it is not known. Never NULL: two NULLs are not unique."""
    partner: Mapped[str] = mapped_column(String(32))
    """Code of the partner; empty where there was none."""
    n: Mapped[int]
    """How many."""
