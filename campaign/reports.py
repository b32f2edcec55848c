"""Read-only figures. Each is defined here, once; pages, the API and exports only show them. What the public sees comes
from the totals, which `counting` brings forward; the organizers' figures are counted when they look.

- *letters*: messages stored, without those in quarantine; these, and pledges in quarantine, are in no figure.
- *deliveries*: what supporters said they did with a letter to one office: opened, sent, printed, called. One letter
  to one office can be several of these.
- *pledged*: promises made and not withdrawn; *confirmed*: those of them that their makers confirmed by a link in a
  mail. Only confirmed ones are public.
- *handovers*: persons sent on to a donation page; programs that followed the link are counted apart.
- *gifts*: what donation pages told of, each on the day of the hand-over it came from; *conversion*: gifts ÷ hand-overs.

A day is a day in the campaign's own time zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaign import sources
from campaign.models import Click, Delivery, Gift, Message, Pledge, Total
from campaign.models.click import ASKERS
from campaign.models.delivery import SAID
from campaign.models.total import FIGURES

SMALL_CELL = 5
"""Figures by state or partner below this are withheld from the public: they could point to a person."""

Key = str | date | None


@dataclass(frozen=True, slots=True)
class PublicCounts:
    """What anybody may see. What is withheld is None; of the whole campaign, totals never are."""

    letters: int | None
    pledges: int | None
    pledges_by_kind: dict[str, int | None]
    handovers: int | None
    by_state: dict[str, int | None]
    by_partner: dict[str, int | None]


def public_counts(session: Session, partner: str | None = None) -> PublicCounts:
    """The public figures, of the whole campaign or of one partner, as far as the totals are brought forward.

    One partner's are themselves a cell by partner: where the whole campaign's figures withhold it, so do these. None
    at all is withheld, too: a figure that has gone from 0 to nothing would tell that somebody has come.

    What that costs depends on how many kinds, states and partners there are, and not on how many pledges.
    """

    def sums(*by: InstrumentedAttribute[str], of: str | None = partner) -> list[Any]:
        statement = select(*by, func.sum(Total.n)).group_by(*by).having(func.sum(Total.n) != 0).order_by(*by)
        if of is not None:
            statement = statement.where(Total.partner == of)
        return list(session.execute(statement))

    def cells(found: list[Any], of: str = "letters") -> dict[str, int | None]:
        return withhold({key: int(n) for figure, key, n in found if figure == of})

    totals: dict[str, int | None] = dict.fromkeys(FIGURES, 0)
    kinds: dict[str, int] = {}
    for figure, kind, n in sums(Total.figure, Total.kind):
        totals[figure] = (totals[figure] or 0) + int(n)
        if figure == "pledges":
            kinds[kind] = int(n)
    by_kind: dict[str, int | None] = {**kinds}
    of_partners = sums(Total.figure, Total.partner, of=None)
    by_state, by_partner = cells(sums(Total.figure, Total.state)), cells(of_partners)
    if partner is not None:
        by_partner = {code: n for code, n in by_partner.items() if code == partner}
        totals = {figure: cells(of_partners, figure).get(partner) for figure in FIGURES}
        by_kind = withhold(kinds) if totals["pledges"] else {}
        by_state = by_state if totals["letters"] else {}
    return PublicCounts(totals["letters"], totals["pledges"], by_kind, totals["handovers"], by_state, by_partner)


def withhold(cells: dict[str, int]) -> dict[str, int | None]:
    """The cells without the small ones; and if that is a single one, without the next smallest, too.

    A cell that is missing alone could be told from the total. Where the total tells even so what those are that are
    missing, or that together they are few, they are not named at all: a name alone says where somebody lives.

    Args:
        cells: by state or partner; what belongs to none, with an empty key, is never shown, and hides others.
    """
    withheld = {key for key, n in cells.items() if n < SMALL_CELL or not key}
    if len(withheld) == 1 and len(cells) > 1 and all(cells[key] < SMALL_CELL for key in withheld):
        next_smallest = min(n for key, n in cells.items() if key not in withheld)
        # All of that size: if the key decided, it could be told from the others which of the two is the small one.
        withheld |= {key for key, n in cells.items() if n == next_smallest}
    missing = [cells[key] for key in withheld]
    told = sum(missing) < SMALL_CELL or set(missing) in ({1}, {SMALL_CELL - 1})
    shown = {key: None if key in withheld else n for key, n in cells.items() if key}
    return {key: n for key, n in shown.items() if n is not None or not told}


@dataclass(slots=True)
class Row:
    """The figures of one day, state or partner, or of the whole campaign."""

    key: Key
    letters: int = 0
    quarantined: int = 0
    """Letters that are in quarantine, and in no other figure of the row."""
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


def table(session: Session, by: str | None = None, partner: str | None = None) -> list[Row]:
    """The organizers' figures by one of `GROUPINGS`, days newest first; without `by`, in one row.

    Four queries, whatever the number of rows.

    Args:
        partner: code of the one whose figures these are; of the whole campaign unless given.
    """
    rows: dict[Key, Row] = {} if by else {None: Row(None)}

    def grouped(model: type[Any], statement: Any, *more: Any) -> Iterator[tuple[Row, tuple[Any, ...]]]:
        keys = [getattr(model, by)] if by else []
        if partner is not None:
            statement = statement.where(model.partner == partner)
        for found in session.execute(statement.add_columns(*keys).group_by(*more, *keys)):
            *figures, key = found if by else (*found, None)
            yield rows.setdefault(key, Row(key)), tuple(figures)

    letters = select(func.count(), func.count(Message.quarantined_at)).select_from(Message)
    for row, (n, quarantined) in grouped(Message, letters):
        row.letters, row.quarantined = n - quarantined, quarantined
    said = [getattr(Delivery, f"{word}_at") for word in SAID]
    deliveries = select(*(func.count(moment) for moment in said)).join_from(
        Message, Delivery, Delivery.message_id == Message.id
    )
    deliveries = deliveries.where(Message.quarantined_at.is_(None))
    for row, figures in grouped(Message, deliveries):
        for word, figure in zip(SAID, figures, strict=True):
            setattr(row, word, figure)
    pledges = select(Pledge.kind, func.count(), func.count(Pledge.confirmed_at)).where(
        Pledge.withdrawn_at.is_(None), Pledge.quarantined_at.is_(None)
    )
    for row, (kind, pledged, confirmed) in grouped(Pledge, pledges, Pledge.kind):
        row.pledged[kind], row.confirmed[kind] = pledged, confirmed
    clicks = select(func.count(), func.count(Gift.id), func.coalesce(func.sum(Gift.cents), 0)).select_from(Click)
    # No click is there twice for its gifts: it has one, or none.
    handed = clicks.outerjoin(Gift, Gift.click_id == Click.id).where(Click.by == "person")
    for row, (n, given, cents) in grouped(Click, handed):
        row.handovers, row.gifts, row.cents = n, given, int(cents)
    if by == "source":
        _fold_small(rows)
    return sorted(rows.values(), key=lambda row: str(row.key or ""), reverse=by == "day")


def _fold_small(rows: dict[Key, Row]) -> None:
    """Put the links into one row that brought few letters: one may have been made for one person."""
    small = [row for row in rows.values() if row.key is not None and row.letters < sources.CROWD]
    for row in small:
        del rows[row.key]
        rows.setdefault(FEW, Row(FEW)).add(row)


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
    stands = Pledge.withdrawn_at.is_(None) & Pledge.quarantined_at.is_(None)
    conditions = (
        stands & Pledge.confirmed_at.is_not(None),
        stands & Pledge.confirmed_at.is_(None),
        Pledge.withdrawn_at.is_not(None),
        Pledge.withdrawn_at.is_(None) & Pledge.quarantined_at.is_not(None),
    )
    sums = [func.sum(case((condition, 1), else_=0)) for condition in conditions]
    rows = session.execute(select(Pledge.kind, *sums).group_by(Pledge.kind).order_by(Pledge.kind))
    return {kind: Pledged(*(int(n) for n in figures)) for kind, *figures in rows}


def askers(session: Session) -> dict[str, int]:
    """How often each of `ASKERS` was sent on to a donation page."""
    found = {row[0]: row[1] for row in session.execute(select(Click.by, func.count()).group_by(Click.by))}
    return {word: found.get(word, 0) for word in ASKERS}


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Gifts that belong to no hand-over: how many, their sum, and the newest, each with id, amount in cents and day."""

    gifts: int
    cents: int
    newest: list[tuple[str, int, date]]


def unmatched(session: Session, most: int = 5) -> Unmatched:
    """The gifts that belong to no hand-over, and the `most` newest of them."""
    apart = Gift.click_id.is_(None)
    count, cents = session.execute(select(func.count(), func.coalesce(func.sum(Gift.cents), 0)).where(apart)).one()
    newest = select(Gift.reference, Gift.cents, Gift.day).where(apart).order_by(Gift.day.desc(), Gift.id.desc())
    return Unmatched(count, int(cents), [(row[0], row[1], row[2]) for row in session.execute(newest.limit(most))])
