"""People who never were, and what they might have done: the rows of a demonstration.

Chance alone makes them, from a seed: the same seed, number and days make the same rows. Sealed texts are the same only
once they are opened. Nothing is copied from anybody; addresses of email are at example.org, which nobody has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaign.congress.seats import HOUSE_SEATS, SENATE_SEATS, TERRITORIES
from campaign.models import message
from campaign.models.click import ASKERS

MARK = "demo-"
"""With this begins whatever tells a row of a demonstration: a form's id, a partner's code, a click's token."""

PARTNERS = {
    "demo-parish": "Example Parish",
    "demo-union": "Example Workers’ Union",
    "demo-harbor": "Example Harbor Aid",
    "demo-veterans": "Example Veterans’ Circle",
    "demo-campus": "Example Campus Group",
    "demo-synod": "Example Synod",
}
_PARTNER_WEIGHTS = (24, 17, 12, 9, 5, 3)

_SOURCES = ("newsletter", "utm-evening-news", "poster", "choir", "one-friend")
_SOURCE_WEIGHTS = (60, 25, 10, 4, 0.02)

_WEEKDAYS = (1.0, 1.15, 1.1, 1.05, 0.9, 0.55, 0.6)
"""From Monday on, how lively a day is."""


@dataclass(slots=True)
class Invented:
    """What one supporter did: a message with its deliveries and pledges, and perhaps a hand-over and a gift of theirs.

    Values by the names of the columns; what links the rows is added when they are stored.
    """

    message: dict[str, Any]
    email: str | None
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    pledges: list[dict[str, Any]] = field(default_factory=list)
    clicks: list[dict[str, Any]] = field(default_factory=list)
    gifts: dict[str, int] = field(default_factory=dict)
    """Token of the click a gift belongs to → its amount in cents."""


@dataclass(frozen=True, slots=True)
class Setting:
    """In what a demonstration is set: letters, kinds of pledge, donation pages, who holds the seats, and when."""

    letters: Sequence[str]
    kinds: Sequence[str]
    destinations: Sequence[str]
    holders: dict[str, str]
    """Seat → the id of who holds it; vacant seats are not in it."""
    zone: ZoneInfo
    last: date
    days: int
    so_far: float = 1.0
    """How much of the last day is over: nobody comes in the future."""


def days_of(chance: random.Random, setting: Setting, supporters: int) -> list[date]:
    """The day on which each supporter comes, in order: it grows, rests at weekends, and is in the news once."""
    days = [setting.last - timedelta(days=back) for back in reversed(range(setting.days))]
    news = days[int(len(days) * 0.6)]
    weights = []
    for place, day in enumerate(days):
        after = (day - news).days
        burst = 4 * 0.6**after if 0 <= after < 8 else 0
        weights.append((0.3 + place / len(days) + burst) * _WEEKDAYS[day.weekday()])
    return sorted(chance.choices(days, weights, k=supporters))


def invent(seed: int, setting: Setting, supporters: int) -> Iterator[Invented]:
    """So many supporters, in the order in which they came."""
    chance = random.Random(seed)  # noqa: S311  (a demonstration, no secret)
    seats = [seat for seats in HOUSE_SEATS.values() for seat in seats]
    crowds = [0.05 if seat[:2] in TERRITORIES else chance.paretovariate(1.6) for seat in seats]
    for number, day in enumerate(days_of(chance, setting, supporters)):
        (seat,) = chance.choices(seats, crowds)
        yield _one(chance, setting, number, day, seat)


def _one(chance: random.Random, setting: Setting, number: int, day: date, seat: str) -> Invented:
    hours = chance.triangular(6, 24, 19) * (setting.so_far if day == setting.last else 1)
    now = datetime.combine(day, time(), setting.zone) + timedelta(seconds=max(0, hours * 3600 - 1))
    state, knows = seat[:2], chance.random() < 0.97
    partner = chance.choices([None, *PARTNERS], (58, *_PARTNER_WEIGHTS))[0]
    source = chance.choices(_SOURCES, _SOURCE_WEIGHTS)[0] if chance.random() < 0.3 else None
    away = chance.random() < 0.02
    shared = {"partner": partner, "state": state, "day": day, "created_at": now, "source": source}
    why = chance.choice(("burst", "trap", "words")) if away else None
    stuffed = {"quarantined_at": now if away else None, "quarantined_for": why}
    letter = chance.choices(setting.letters, range(len(setting.letters), 0, -1))[0]
    may_print = chance.random() < 0.15
    made = Invented(
        message={
            "form_id": f"{MARK}{number}",
            "content_hash": "",
            "letter": letter,
            "house_seat": seat if knows else None,
            "text_until": now + (message.PACK_LIFE if may_print else message.KIT_LIFE),
            "may_print": may_print,
            "may_quote": may_print and chance.random() < 0.5,
            "originality": min(100, int(100 * chance.betavariate(2.2, 2.0))) if chance.random() < 0.95 else None,
            **shared,
            **stuffed,
        },
        email=f"{MARK}{number}@example.org" if chance.random() < 0.55 else None,
    )
    for office in (*SENATE_SEATS.get(state, ()), *([seat] if knows else [])):
        if office in setting.holders:
            said = _said(chance, now)
            made.deliveries.append({"seat": office, "bioguide": setting.holders[office], **said})
    if made.email and chance.random() < 0.6:
        for kind in chance.sample(list(setting.kinds), min(len(setting.kinds), chance.choice((1, 1, 1, 2, 3)))):
            later = now + timedelta(minutes=chance.randint(1, 3000))
            confirmed = later if chance.random() < 0.72 else None
            made.pledges.append(
                {
                    "kind": kind,
                    "letter": letter,
                    "confirmed_at": confirmed,
                    "fulfilled_at": later + timedelta(days=2) if confirmed and chance.random() < 0.25 else None,
                    "withdrawn_at": later + timedelta(days=1) if chance.random() < 0.02 else None,
                    **shared,
                    **stuffed,
                }
            )
    if setting.destinations and chance.random() < 0.18:
        by = chance.choices(ASKERS, (90, 4, 3, 3))[0]
        token = f"{MARK}{number}"
        about = {"destination": chance.choice(setting.destinations), "letter": letter, "by": by, "token": token}
        made.clicks.append({**about, **shared})
        if by == "person" and chance.random() < 0.2:
            made.gifts[token] = chance.choice((1000, 2500, 2500, 5000, 10000))
    return made


def _said(chance: random.Random, now: datetime) -> dict[str, datetime | None]:
    """What a supporter says that they did with the letter to one office."""
    later = now + timedelta(minutes=chance.randint(1, 90))
    opened = chance.random() < 0.62
    likely = {"sent": 0.8 * opened, "printed": 0.06, "called": 0.09, "visited": 0.008, "replied": 0.02 * opened}
    said = {f"{word}_at": later if chance.random() < share else None for word, share in likely.items()}
    return {"opened_at": later if opened else None, **said}
