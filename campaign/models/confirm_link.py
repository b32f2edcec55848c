"""The link in a mail by which somebody confirms what was pledged under their address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment


class ConfirmLink(Base):
    """One link, for whoever reads the mail of one address."""

    __tablename__ = "confirm_links"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_confirm_links_email_hash", "email_hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the canonical address, the same as its supporter's."""
    token_hash: Mapped[str] = mapped_column(String(64))
    """Hash of the secret in the link; the secret itself is nowhere stored."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was made."""
