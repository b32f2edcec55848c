"""What a supporter agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class Consent(Base):
    """One person's word for one purpose: given in which words, since when, and until when."""

    __tablename__ = "consents"
    __table_args__ = (
        UniqueConstraint("supporter_id", "purpose", "partner"),
        Index("ix_consents_partner", "partner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supporter_id: Mapped[int] = mapped_column(ForeignKey("supporters.id", ondelete="CASCADE"))
    """Who agreed; it goes when they are erased."""
    purpose: Mapped[str] = mapped_column(String(16))
    """`contact` or `share`, see `consents.WORDINGS`."""
    partner: Mapped[str] = mapped_column(String(32))
    """Code of the partner to whom it is given; empty: the campaign. Never NULL: two NULLs are not unique."""
    wording: Mapped[str] = mapped_column(String(16))
    """Version of the words that stood beside the box they ticked."""
    asked_at: Mapped[datetime] = mapped_column(Moment)
    """When it was first ticked under their address, by whomever: anybody can type an address."""
    given_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when it holds, in these words: said where only they could say it. Empty: it was never given."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    """Until when it held; empty: it holds."""
