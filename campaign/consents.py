"""What people agree to, in which words. Silence takes nothing back, and gives nothing.

What is ticked in a form is a wish: anybody can type an address. It is given where only its owner can say so, on the
page behind a link in their mail.

The words stand here with a version that is kept beside each consent: whoever changes the words gives them a new one, so
that it can always be said what somebody has agreed to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Exists, and_, or_, select, update
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

LETTERS = WORDINGS[PRINT].version
"""The version of the two that are kept with a message; they change together."""

Purpose = tuple[str, str]
"""What for, and the code of the partner to whom it is given; empty for the campaign."""


@dataclass(frozen=True, slots=True)
class Given:
    """One consent, as it stands."""

    purpose: str
    partner: str
    wording: str
    asked_at: datetime
    given_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def holds(self) -> bool:
        return self.given_at is not None and self.withdrawn_at is None


def field(purpose: Purpose) -> str:
    """How a purpose is called in a form: `contact`, `share riverside`."""
    return " ".join(purpose).strip()


def wish(session: Session, supporter_id: int, purposes: Iterable[Purpose], *, now: datetime) -> None:
    """Record what was ticked under somebody's address. It changes nothing that they have said themselves."""
    for purpose in purposes:
        _insert(session, supporter_id, purpose, now)


def settle(session: Session, supporter_id: int, said: Mapping[Purpose, bool], *, now: datetime) -> None:
    """Record what somebody says themselves of each purpose that they were asked about: yes, or no.

    What holds already, in the same words, stays as it is.
    """
    for purpose, yes in said.items():
        if yes:
            _insert(session, supporter_id, purpose, now)
            wording = WORDINGS[purpose[0]].version
            lacks = or_(Consent.given_at.is_(None), Consent.withdrawn_at.is_not(None), Consent.wording != wording)
            values: dict[str, object] = {"wording": wording, "given_at": now, "withdrawn_at": None}
        else:
            lacks = and_(Consent.given_at.is_not(None), Consent.withdrawn_at.is_(None))
            values = {"withdrawn_at": now}
        own = update(Consent).where(Consent.supporter_id == supporter_id, *_of(purpose), lacks)
        session.execute(own.values(values))


def of(session: Session, supporter_id: int) -> list[Given]:
    """All that was ever ticked under somebody's address, and whether it holds."""
    rows = session.scalars(select(Consent).where(Consent.supporter_id == supporter_id).order_by(Consent.id))
    return [Given(row.purpose, row.partner, row.wording, row.asked_at, row.given_at, row.withdrawn_at) for row in rows]


def holds(purpose: str, partner: str = "") -> Exists:
    """The condition, in a query of supporters, that one has agreed and not taken it back."""
    given = (Consent.given_at.is_not(None), Consent.withdrawn_at.is_(None))
    own = select(Consent.id).where(Consent.supporter_id == Supporter.id, *_of((purpose, partner)), *given)
    return own.correlate(Supporter).exists()


def _of(purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return Consent.purpose == purpose[0], Consent.partner == purpose[1]


def _insert(session: Session, supporter_id: int, purpose: Purpose, now: datetime) -> None:
    own = {"supporter_id": supporter_id, "purpose": purpose[0], "partner": purpose[1]}
    asked = {"wording": WORDINGS[purpose[0]].version, "asked_at": now}
    insert_once(session, Consent, own | asked, unique=("supporter_id", "purpose", "partner"))
