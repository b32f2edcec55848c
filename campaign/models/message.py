"""What one supporter made of a letter."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.models.base import Base, Moment, in_order, set_aside, signs, to_count

KIT_LIFE = timedelta(hours=24)
"""How long a supporter can come back to the kit."""

PACK_LIFE = timedelta(days=90)
"""How long letters are kept that the campaign may bring to the offices. The others go with the kit."""

QUARANTINED, UNMEASURED, MEASURED = 2, 1, 3
"""As what a message counts: in quarantine; a letter; a letter of which it is known how much is its writer's own, with
that percentage added."""

COUNTS_AS = (
    f"CASE WHEN quarantined_at IS NOT NULL THEN {QUARANTINED} "
    f"WHEN originality IS NULL THEN {UNMEASURED} ELSE {MEASURED} + originality END"
)
"""The same, in SQL."""

TO_MEASURE = "originality IS NULL AND sealed IS NOT NULL"
"""The condition, in SQL, of the messages of which it can still be found out."""


class Message(Base):
    """One supporter's message; its deliveries say to whom it goes."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("form_id"),
        in_order("messages"),
        in_order("messages", "state"),
        in_order("messages", "partner"),
        in_order("messages", "letter"),
        in_order("messages", "house_seat"),
        set_aside("messages"),
        Index("ix_messages_text_until", "text_until"),
        Index("ix_messages_network_hash", "network_hash", "created_at"),
        Index("ix_messages_words_hash", "words_hash", "created_at"),
        signs("messages"),
        to_count("messages", COUNTS_AS),
        Index("ix_messages_to_measure", "id", sqlite_where=text(TO_MEASURE), postgresql_where=text(TO_MEASURE)),
        Index("ix_messages_supporter_id", "supporter_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[str] = mapped_column(String(32))
    """Id of the form token it came with: the same form sent twice is one message."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """Keyed hash of everything that was sent: tells a repeat from an edit."""
    letter: Mapped[str] = mapped_column(String(64))
    """Slug of the letter it was made from."""
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id", ondelete="SET NULL"))
    """Who wrote it, where an email address was given."""
    partner: Mapped[str | None] = mapped_column(ForeignKey("partners.code"))
    """The partner through whose site it came."""
    state: Mapped[str] = mapped_column(String(2))
    """Postal code of the writer's state or territory."""
    house_seat: Mapped[str | None] = mapped_column(String(5))
    """The writer's seat in the House, where it is known: `CA-12`, `WY-AL`."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Name, postal address and the letters' texts, encrypted; empty once they are no longer needed."""
    text_until: Mapped[datetime] = mapped_column(Moment)
    """When the sealed text is to be destroyed."""
    day: Mapped[date]
    """The day to which it counts, in the campaign's time zone."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    """When it was stored."""
    may_print: Mapped[bool] = mapped_column(server_default=false())
    """Whether the campaign may bring the letters to the offices on paper."""
    may_quote: Mapped[bool] = mapped_column(server_default=false())
    """Whether it may quote from them, with the writer's town and without their name."""
    quarantined_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when it is quarantined: kept, usable by whoever wrote it, and counted nowhere."""
    quarantined_for: Mapped[str | None] = mapped_column(String(40))
    """Why: what `screening` found, as codes between spaces, or `batch-12`: that organizers did it, with their batch.
    Empty once its maker is erased."""
    network_hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the network it came from; like the two below, kept for `screening.SIGNS_LIFE` only."""
    domain_hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the domain of the email address, where one was given."""
    words_hash: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of the writer's own words, where there are any."""
    wording: Mapped[str | None] = mapped_column(String(16))
    """Version of the words by which `may_print` and `may_quote` were given."""
    source: Mapped[str | None] = mapped_column(String(64))
    """The link by which its maker came, in the words of whoever made the link: `ref`, or `utm_…`. Empty if it had none,
    and once its maker is forgotten."""
    originality: Mapped[int | None] = mapped_column(SmallInteger)
    """How much of the letters is their writer's own, in percent, see `measuring`; empty until the worker has looked."""
    counted: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """As what the totals hold it now: one of `COUNTS_AS`, or 0, not at all. `counting` alone sets it. A row is deleted
    with `counting.delete_rows` and not otherwise; of the columns by which it is counted only `source` ever changes, by
    `counting.forget_source`."""
