"""What people agree to, in which words. Silence takes nothing back, and gives nothing.

The words stand here with a version that is kept beside each consent: whoever changes the words gives them a new one, so
that it can always be said what somebody has agreed to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Exists, or_, select, update
from sqlalchemy.orm import Session

from campaign.database import insert_once
from campaign.models import Consent, Supporter


@dataclass(frozen=True, slots=True)
class Wording:
    """The words beside a box, and their version."""

    version: str
    text: str


CONTACT, SHARE, PRINT, QUOTE = "contact", "share", "print", "quote"

WORDINGS = {
    CONTACT: Wording("2026-11-24", "The campaign may write to me about what I pledged."),
    SHARE: Wording("2026-11-24", "%(partner)s may have my email address, to write to me about its work for parole."),
    PRINT: Wording(
        "2026-11-24",
        "The campaign may bring my letters to these offices on paper. For that it keeps them encrypted for 90 days.",
    ),
    QUOTE: Wording("2026-11-24", "If so, it may quote a few sentences of mine, with my town and without my name."),
}
"""The first two are a person's, and kept as consents; the others are one message's, and kept with it."""

LETTERS = f"{WORDINGS[PRINT].version}"
"""The version of the two that are kept with a message; they change together."""

Purpose = tuple[str, str]
"""What for, and the code of the partner to whom it is given; empty for the campaign."""


@dataclass(frozen=True, slots=True)
class Given:
    """One consent, as it stands."""

    purpose: str
    partner: str
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def holds(self) -> bool:
        return self.withdrawn_at is None


def field(purpose: Purpose) -> str:
    """How a purpose is called in a form: `contact`, `share riverside`."""
    return " ".join(purpose).strip()


def give(session: Session, supporter_id: int, purposes: Iterable[Purpose], *, now: datetime) -> None:
    """Record what somebody agrees to. What holds already, in the same words, stays as it is."""
    for purpose, partner in purposes:
        wording = WORDINGS[purpose].version
        own = {"supporter_id": supporter_id, "purpose": purpose, "partner": partner}
        given = {"wording": wording, "given_at": now}
        if not insert_once(session, Consent, own | given, unique=("supporter_id", "purpose", "partner")):
            differs = or_(Consent.withdrawn_at.is_not(None), Consent.wording != wording)
            session.execute(update(Consent).filter_by(**own).where(differs).values(**given, withdrawn_at=None))


def settle(session: Session, supporter_id: int, said: Mapping[Purpose, bool], *, now: datetime) -> None:
    """Record what somebody says of each purpose that they were asked about: yes, or no."""
    give(session, supporter_id, [purpose for purpose, yes in said.items() if yes], now=now)
    for (purpose, partner), yes in said.items():
        if not yes:
            own = {"supporter_id": supporter_id, "purpose": purpose, "partner": partner}
            session.execute(
                update(Consent).filter_by(**own).where(Consent.withdrawn_at.is_(None)).values(withdrawn_at=now)
            )


def of(session: Session, supporter_id: int) -> list[Given]:
    """All that somebody has ever agreed to, and whether it holds."""
    rows = session.scalars(select(Consent).where(Consent.supporter_id == supporter_id).order_by(Consent.id))
    return [Given(row.purpose, row.partner, row.wording, row.given_at, row.withdrawn_at) for row in rows]


def holds(purpose: str, partner: str = "") -> Exists:
    """The condition, in a query of supporters, that one has agreed and not taken it back."""
    own: tuple[ColumnElement[bool], ...] = (Consent.purpose == purpose, Consent.partner == partner)
    return select(Consent.id).where(Consent.supporter_id == Supporter.id, *own, Consent.withdrawn_at.is_(None)).exists()
