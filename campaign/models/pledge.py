"""A promise of a further step."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment, in_order, set_aside, signs, to_count

WAITING, CONFIRMED, WITHDRAWN, QUARANTINED = 1, 2, 3, 4
"""As what a pledge counts: each in one of these, and only the confirmed ones in public."""

COUNTS_AS = (
    f"CASE WHEN withdrawn_at IS NOT NULL THEN {WITHDRAWN} WHEN quarantined_at IS NOT NULL THEN {QUARANTINED} "
    f"WHEN confirmed_at IS NOT NULL THEN {CONFIRMED} ELSE {WAITING} END"
)
"""The same, in SQL."""


class Pledge(Base):
    """One person's promise of one kind. The same promise made twice is one.

    A person is a mailbox and a slot: two of one household may share an address of email.
    """

    __tablename__ = "pledges"
    __table_args__ = (
        UniqueConstraint("supporter_id", "kind", "slot"),
        in_order("pledges"),
        in_order("pledges", "kind"),
        in_order("pledges", "state"),
        in_order("pledges", "partner"),
        set_aside("pledges"),
        Index("ix_pledges_network_hash", "network_hash", "created_at"),
        signs("pledges"),
        to_count("pledges", COUNTS_AS),
        Index("ix_pledges_message_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id", ondelete="SET NULL"))
    """Who promised."""
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    """The message with which it was made."""
    kind: Mapped[str] = mapped_column(String(64))
    """Code of the kind, from `letters/pledges.toml`."""
    letter: Mapped[str | None] = mapped_column(String(64))
    """Slug of the letter with which it was made."""
    partner: Mapped[str | None] = mapped_column(ForeignKey("partners.code"))
    """The partner through whose site it came."""
    state: Mapped[str] = mapped_column(String(2))
    """Postal code of the supporter's state or territory."""
    day: Mapped[date]
    """The day to which it counts, in the campaign's time zone."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was stored."""
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the supporter confirmed it; a pledge counts from then on."""
    fulfilled_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the supporter said that they had done it."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the supporter took it back; it counts no more from then on."""
    slot: Mapped[int] = mapped_column(server_default="1")
    """1, or 2 for the second person of a household that shares the address of email."""
    name_hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the name it was made under: tells a second person from a repeat."""
    zip_hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the ZIP code it was made from: a household has one."""
    quarantined_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when it is quarantined: kept, and counted nowhere."""
    quarantined_for: Mapped[str | None] = mapped_column(String(40))
    """Why: what `screening` found, as codes between spaces, or `batch-12`: that organizers did it, with their batch.
    Empty once its maker is erased."""
    network_hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the network it came from; like the two below, kept for `screening.SIGNS_LIFE` only."""
    domain_hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the domain of the email address."""
    words_hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the writer's own words in the letter it came with."""
    source: Mapped[str | None] = mapped_column(String(64))
    """The link by which its maker came, in the words of whoever made the link: `ref`, or `utm_…`. Empty if it had none,
    and once its maker is forgotten."""
    counted: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """As what the totals hold it now: one of `COUNTS_AS`, or 0, not at all. `counting` alone sets it. A row is deleted
    with `counting.delete_rows` and not otherwise; of the columns by which it is counted only `source` ever changes, by
    `counting.forget_source`."""
