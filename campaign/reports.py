"""Read-only figures. Each is defined here, once; pages, the API and exports only show them. All come from the totals,
which `counting` brings forward: what they cost depends on how many days, states and partners there are, and not on how
many supporters.

- *letters*: messages stored, without those in quarantine; these, and pledges in quarantine, are in no figure. By seat:
  the letters that were written to it.
- *deliveries*: what supporters said they did with a letter to one office: opened, sent, printed, called. One letter
  to one office can be several of these.
- *reached*: letters of which at least one office has heard, as their writers say: sent, printed, called or visited. By
  seat: those of which this office has.
- *originality*: how much of a letter is its writer's own, in percent; the median, of the letters in which it has been
  measured. Of two in the middle it is the lower one.
- *pledged*: promises made and not withdrawn; *confirmed*: those of them that their makers confirmed by a link in a
  mail. Only confirmed ones are public.
- *handovers*: persons sent on to a donation page; programs that followed the link are counted apart.
- *gifts*: what donation pages told of, each on the day of the hand-over it came from; *conversion*: gifts ÷ hand-overs.
- *looked up*, *read*: how often the offices of an address, and finished letters, were shown. These are visits and not
  people: whoever does it twice is counted twice.

A day is a day in the campaign's own time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign import sources
from campaign.models import Gift, Step, Total
from campaign.models.click import ASKERS
from campaign.models.step import STEPS

Key = str | date | None


@dataclass(slots=True)
class Row:
    """The figures of one day, state or partner, or of the whole campaign."""

    key: Key
    letters: int = 0
    quarantined: int = 0
    """Letters that are in quarantine, and in no other figure of the row."""
    reached: int = 0
    opened: int = 0
    sent: int = 0
    printed: int = 0
    called: int = 0
    visited: int = 0
    replied: int = 0
    pledged: dict[str, int] = field(default_factory=dict)
    confirmed: dict[str, int] = field(default_factory=dict)
    handovers: int = 0
    gifts: int = 0
    cents: int = 0

    def add(self, other: Row) -> None:
        """Add another row's figures to this one's."""
        for figure in fields(self)[1:]:  # the first is the key
            own, more = getattr(self, figure.name), getattr(other, figure.name)
            if isinstance(own, dict):
                own.update({kind: own.get(kind, 0) + n for kind, n in more.items()})
            else:
                setattr(self, figure.name, own + more)

    @property
    def conversion(self) -> float | None:
        """The share of hand-overs that led to a gift; None where nobody was handed over."""
        return self.gifts / self.handovers if self.handovers else None


FEW = ""
"""The key of the row that has all links which brought few letters."""

GROUPINGS = ("day", "state", "partner", "letter", "source")

OF_PLEDGES = {"waiting": ("pledged",), "confirmed": ("pledged", "confirmed")}
"""The pledges that are in the figures of a row, as the totals have them; each is in all of these."""

PLAIN = {f.name for f in fields(Row) if f.type == "int"}
"""The figures of a row that are mere numbers; they are called so in the totals as well."""


def cells(
    session: Session, by: str, partner: str | None = None, between: tuple[str, str] | None = None
) -> Iterator[tuple[str, str, str, int]]:
    """The cells of the totals that are not nothing: key, figure, kind and how much, in the order of the keys.

    Args:
        by: as the column of that name in the totals.
        partner: code of the one whose figures these are; of the whole campaign unless given.
        between: the first key and the last one, where it is not all of them.
    """
    statement = select(Total.key, Total.figure, Total.kind, Total.n)
    statement = statement.where(Total.by == by, Total.partner == (partner or ""), Total.n != 0)
    if between:
        statement = statement.where(Total.key.between(*between))
    for key, figure, kind, n in session.execute(statement.order_by(Total.key, Total.figure, Total.kind)):
        yield key, figure, kind, int(n)


def table(session: Session, by: str | None = None, partner: str | None = None) -> list[Row]:
    """The organizers' figures by one of `GROUPINGS`, or by seat, days newest first; without `by`, in one row.

    One query.

    Args:
        partner: code of the one whose figures these are; of the whole campaign unless given.
    """
    rows = _rows(cells(session, by or "", partner), by)
    if by is None:
        return [*rows.values()] or [Row(None)]
    if by == "source":
        _fold_small(rows)
    return sorted(rows.values(), key=lambda row: str(row.key or ""), reverse=by == "day")


def _rows(found: Iterable[tuple[str, str, str, int]], by: str | None) -> dict[Key, Row]:
    rows: dict[Key, Row] = {}
    for text, figure, kind, n in found:
        if figure not in PLAIN and figure not in OF_PLEDGES:
            continue
        key: Key = (date.fromisoformat(text) if by == "day" else text) if text else None
        row = rows.setdefault(key, Row(key))
        if figure in PLAIN:
            setattr(row, figure, n)
        for name in OF_PLEDGES.get(figure, ()):
            getattr(row, name)[kind] = getattr(row, name).get(kind, 0) + n
    return rows


def _fold_small(rows: dict[Key, Row]) -> None:
    """Put the links into one row that brought few letters: one may have been made for one person."""
    small = [row for row in rows.values() if row.key is not None and row.letters < sources.CROWD]
    for row in small:
        del rows[row.key]
        rows.setdefault(FEW, Row(FEW)).add(row)


@dataclass(frozen=True, slots=True)
class Recent:
    """The figures of a day, of the seven days before it together, and of the seven before those."""

    today: Row
    week: Row
    before: Row


def recent(session: Session, today: date) -> Recent:
    """How a day compares with the two weeks before it."""
    week, before = today - timedelta(days=7), today - timedelta(days=14)
    return Recent(
        span(session, today, today),
        span(session, week, today - timedelta(days=1)),
        span(session, before, week - timedelta(days=1)),
    )


def span(session: Session, first: date, last: date) -> Row:
    """The figures of the days from one to another, both among them, in one row."""
    total = Row(first)
    for row in _rows(cells(session, "day", between=(first.isoformat(), last.isoformat())), "day").values():
        total.add(row)
    return total


@dataclass(frozen=True, slots=True)
class Stage:
    """How many came to a stage of the way."""

    name: str
    n: int


def funnel(session: Session) -> list[Stage]:
    """The way from the first look-up to an office that has heard: `looked_up` and `read`, of which each visit is
    counted, then `written` and `reached`, of which each letter is."""
    steps = dict.fromkeys(STEPS, 0)
    for step, n in session.execute(select(Step.step, func.sum(Step.n)).group_by(Step.step)):
        steps[step] = int(n)
    (total,) = table(session)
    return [Stage(*step) for step in {**steps, "written": total.letters, "reached": total.reached}.items()]


def originality(session: Session, partner: str | None = None) -> int | None:
    """The median of the letters' originality, in percent; None where it has been measured of none."""
    shares = {int(kind): n for _, figure, kind, n in cells(session, "", partner) if figure == "originality"}
    middle = (sum(shares.values()) + 1) // 2
    for share, n in sorted(shares.items()):
        middle -= n
        if middle <= 0:
            return share
    return None


@dataclass(frozen=True, slots=True)
class Pledged:
    """What has become of the pledges of one kind. Each pledge is in one of these, and `confirmed` alone is public."""

    confirmed: int
    waiting: int
    """Not confirmed yet."""
    withdrawn: int
    """Taken back, whether or not they had been confirmed."""
    quarantined: int
    """In quarantine, and not withdrawn."""

    @property
    def made(self) -> int:
        return self.confirmed + self.waiting + self.withdrawn + self.quarantined


def pledged(session: Session) -> dict[str, Pledged]:
    """What has become of the pledges, by kind."""
    fates = ("confirmed", "waiting", "withdrawn", "set_aside")
    found: dict[str, dict[str, int]] = {}
    for _key, figure, kind, n in cells(session, ""):
        if figure in fates:
            found.setdefault(kind, dict.fromkeys(fates, 0))[figure] = n
    return {kind: Pledged(*of.values()) for kind, of in sorted(found.items())}


def askers(session: Session) -> dict[str, int]:
    """How often each of `ASKERS` was sent on to a donation page."""
    found = {figure: n for _key, figure, _kind, n in cells(session, "")}
    return {word: found.get("handovers" if word == "person" else word, 0) for word in ASKERS}


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Gifts that belong to no hand-over: how many, their sum, and the newest, each with id, amount in cents and day."""

    gifts: int
    cents: int
    newest: list[tuple[str, int, date]]


def unmatched(session: Session, most: int = 5) -> Unmatched:
    """The gifts that belong to no hand-over, and the `most` newest of them."""
    found = {figure: n for _key, figure, _kind, n in cells(session, "")}
    newest = select(Gift.reference, Gift.cents, Gift.day).where(Gift.click_id.is_(None))
    rows = session.execute(newest.order_by(Gift.day.desc(), Gift.id.desc()).limit(most))
    return Unmatched(
        found.get("unmatched", 0), found.get("unmatched_cents", 0), [(row[0], row[1], row[2]) for row in rows]
    )
