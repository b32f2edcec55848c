"""One cell of the totals."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base


class Total(Base):
    """How much of one figure there is in one cell: exactly what the rows say that are marked as counted.

    `counting` alone writes. Nothing of a cell is NULL: two NULLs are not unique.
    """

    __tablename__ = "totals"
    __table_args__ = (UniqueConstraint("by", "partner", "key", "figure", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[str] = mapped_column(String(8))
    """What the rows are told apart by: `day`, `state`, `partner`, `letter`, `source`, `seat`; empty: by nothing."""
    partner: Mapped[str] = mapped_column(String(32))
    """The partner whose figures these are, by its code; empty: of the whole campaign."""
    key: Mapped[str] = mapped_column(String(64))
    """Which day, state, partner, letter, link or seat; empty where it is not known, or there was none."""
    figure: Mapped[str] = mapped_column(String(16))
    """What is counted, see `cells`."""
    kind: Mapped[str] = mapped_column(String(64))
    """The kind of the pledges, or the percentage of the originality; empty with the other figures."""
    n: Mapped[int] = mapped_column(BigInteger)
    """How many; of money, hundredths of the currency."""
