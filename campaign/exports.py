"""Rows for spreadsheets: of pledges, for organizers; of those who agreed to it, for a partner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Exists, Select, func, or_, select
from sqlalchemy.orm import Session

from campaign import consents
from campaign.keys import Keys
from campaign.models import Consent, Message, Pledge, Supporter

PLEDGE_COLUMNS = (
    "day",
    "kind",
    "state",
    "partner",
    "letter",
    "confirmed",
    "fulfilled",
    "withdrawn",
    "quarantined",
    "email",
)


def pledge_rows(session: Session, keys: Keys) -> Iterator[tuple[str, ...]]:
    """All pledges for an export, oldest first, as text under `PLEDGE_COLUMNS`.

    An email address stands there only where its owner confirmed the pledge, has not withdrawn it, and agreed to be
    written to: before that anybody may have typed it. With what is quarantined stands none.
    """
    statement = (
        select(Pledge, Supporter, consents.holds(consents.CONTACT))
        .outerjoin(Supporter, Supporter.id == Pledge.supporter_id)
        .order_by(Pledge.id)
        .execution_options(yield_per=1000)
    )
    for pledge, supporter, agreed in session.execute(statement):
        stands = pledge.confirmed_at and not pledge.withdrawn_at and not pledge.quarantined_at
        moments = (pledge.confirmed_at, pledge.fulfilled_at, pledge.withdrawn_at, pledge.quarantined_at)
        may_contact = supporter is not None and stands and agreed
        yield (
            pledge.day.isoformat(),
            pledge.kind,
            pledge.state,
            pledge.partner or "",
            pledge.letter or "",
            *("yes" if moment else "no" for moment in moments),
            keys.unseal(supporter.sealed_email) if may_contact else "",
        )


SHARED_COLUMNS = ("email", "agreed_on", "wording")


def shared_rows(session: Session, keys: Keys, partner: str, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """Those who let this partner have their email address, in the order in which they agreed, under `SHARED_COLUMNS`.

    They agreed to give their address and nothing else: with it goes only the day on which they did, and in which words.
    """
    found: Iterable[Any] = session.execute(_shared(partner).execution_options(yield_per=1000))
    for sealed, given_at, wording in found:
        yield keys.unseal(sealed), given_at.astimezone(zone).date().isoformat(), wording


def shared_count(session: Session, partner: str) -> int:
    """How many they are."""
    return session.scalar(select(func.count()).select_from(_shared(partner).subquery())) or 0


def _shared(partner: str) -> Select[bytes, datetime | None, str]:
    """Those who let this partner have their email address.

    That they agreed is what `consents.holds` says: given on a page behind a link in their own mail (what anybody may
    have ticked under their address is only asked), for this partner by its code, and not withdrawn since. Whoever is
    erased has no consent any more. Beside that something must stand that came through this partner: a pledge that its
    maker confirmed and has not withdrawn, or a message; nothing that is quarantined.
    """
    came = (
        _came(Pledge, partner, Pledge.confirmed_at.is_not(None), Pledge.withdrawn_at.is_(None)),
        _came(Message, partner),
    )
    return (
        select(Supporter.sealed_email, Consent.given_at, Consent.wording)
        .join(Consent, Consent.supporter_id == Supporter.id)
        .where(Consent.purpose == consents.SHARE, Consent.partner == partner)
        .where(consents.holds(consents.SHARE, partner), or_(*came))
        .order_by(Consent.given_at, Consent.id)
    )


def _came(noun: type[Message] | type[Pledge], partner: str, *more: ColumnElement[bool]) -> Exists:
    """The condition, in a query of supporters, that such a thing of theirs came through a partner, and stands."""
    own = (noun.supporter_id == Supporter.id, noun.partner == partner, noun.quarantined_at.is_(None))
    return select(noun.id).where(*own, *more).exists()
