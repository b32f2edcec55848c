"""What the organizers' dashboard shows, put together from `reports`: every figure is defined there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_decimal, gettext, ngettext
from sqlalchemy.orm import Session

from campaign import clock, reports
from campaign.errors import NotFound
from campaign.models.delivery import SAID
from campaign.reports import Recent, Row
from campaign.web import charts
from campaign.web.extensions import bank, settings

SOURCES_MAX = 100
"""Links in the table by link: those that brought the most letters."""

PARTNERS_MAX = 12
"""Partners in the table at a glance; all of them stand in the table by partner."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure at a glance: in all, today, and how that compares with the week before."""

    label: str
    total: int
    today: int
    week: int
    """In the seven days before today together."""

    @property
    def daily(self) -> str:
        """How many it were a day in the week before, as it is said."""
        return f"{self.week / 7:.1f}".removesuffix(".0") if self.week < 70 else str(round(self.week / 7))

    @property
    def trend(self) -> str:
        """`up`, `down` or `even`: today against a day of the week before."""
        return "even" if 7 * self.today == self.week else "up" if 7 * self.today > self.week else "down"


def everything(session: Session, by: str) -> dict[str, Any]:
    """All that the page shows, by the names of its template.

    Raises:
        NotFound: there is no grouping of this name.
    """
    if by not in reports.GROUPINGS:
        raise NotFound("There is no such table.")
    today = clock.day(settings, bank.campaign.zone)
    total, days, states = reports.table(session)[0], reports.table(session, "day"), reports.table(session, "state")
    partners = sorted(reports.table(session, "partner"), key=lambda row: (row.key is None, -row.letters, str(row.key)))
    letters = {row.key: row.letters for row in days if isinstance(row.key, date)}
    recent = reports.recent(session, today)
    return {
        "as_of": clock.calendar(settings),
        "by": by,
        "total": total,
        "rows": _rows(session, by, days, states),
        "recent": recent,
        "tiles": _tiles(total, recent),
        "originality": reports.originality(session),
        "funnel": reports.funnel(session),
        "pledged": reports.pledged(session),
        "askers": reports.askers(session),
        "unmatched": reports.unmatched(session),
        "partners": partners[:PARTNERS_MAX],
        "more_partners": max(0, len(partners) - PARTNERS_MAX),
        "by_day": charts.by_time(letters, today),
        "map": charts.tile_map({str(row.key): row.letters for row in states if row.key}),
        "said": {word: getattr(total, word) for word in SAID},
        "titles": {slug: letter.file.title for slug, letter in bank.letters.items()},
        "short": charts.short,
    }


def _rows(session: Session, by: str, days: list[Row], states: list[Row]) -> list[Row]:
    if by in ("day", "state"):
        return days if by == "day" else states
    rows = reports.table(session, by)
    if by == "source":  # anybody can make a link, and with it another row
        rows = sorted(rows, key=lambda row: (row.key == reports.FEW, -row.letters))[:SOURCES_MAX]
    return rows


def _tiles(total: Row, recent: Recent) -> list[Tile]:
    def tile(label: str, figure: str) -> Tile:
        figures = [getattr(row, figure) for row in (total, recent.today, recent.week)]
        return Tile(label, *(sum(n.values()) if isinstance(n, dict) else n for n in figures))

    return [
        tile(gettext("Letters written"), "letters"),
        tile(gettext("Letters that reached an office"), "reached"),
        tile(gettext("Pledges confirmed"), "confirmed"),
        tile(gettext("Donation hand-overs"), "handovers"),
        tile(gettext("Gifts"), "gifts"),
    ]


def growth(recent: Recent) -> str:
    """Whether it grows, in a sentence: the last seven days against the seven before."""
    now, then = recent.week.letters, recent.before.letters
    number = format_decimal(now)
    said = ngettext("%(n)s letter in the last seven days", "%(n)s letters in the last seven days", now, n=number)
    if not then:
        return f"{said}."
    if now == then:
        return str(gettext("%(said)s, as many as in the seven before.", said=said))
    change = round(100 * abs(now - then) / then)
    if now > then:
        return str(gettext("%(said)s, %(change)s%% more than in the seven before.", said=said, change=change))
    return str(gettext("%(said)s, %(change)s%% fewer than in the seven before.", said=said, change=change))
