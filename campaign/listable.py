"""What the organizers can list, by which filters, and which of these an index serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, inspect

from campaign.errors import Malformed
from campaign.models import Click, Mail, Message, Partner, Pledge

Condition = Callable[[str], ColumnElement[bool]]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Noun:
    """What is listed."""

    name: str
    model: type[Any]
    leading: dict[str, Any]
    """Filters that an index serves, by name, with their columns; of those that are set the first leads."""
    others: dict[str, Condition]
    """Filters that are held against the rows that the leading one finds."""
    only: ColumnElement[bool] | None = None
    """What holds of every row of the list; an index holds just these."""
    by_day: bool = True
    """Whether the rows are in order of their day, and then of their number; else of their number, or code, alone."""

    forward: bool = False
    """Whether it begins with its first row, unless the last is asked for."""

    @property
    def own(self) -> Any:
        """The column by which each row is known: its number, or a partner's code."""
        return inspect(self.model).primary_key[0]

    @property
    def key(self) -> list[Any]:
        """The columns by which the rows are in order."""
        return [self.model.day, self.own] if self.by_day else [self.own]

    def write_key(self, key: Key) -> str:
        """A key as it stands in an address."""
        return ".".join(str(part) for part in key)

    def read_key(self, text: str) -> Key:
        """The same, read back.

        Raises:
            Malformed: it is none.
        """
        if self.model is Partner:
            return (text,)
        *day, number = text.split(".")
        try:
            if len(day) != self.by_day or not 0 <= int(number) < 1 << 62:
                raise ValueError
            return (date.fromisoformat(day[0]), int(number)) if self.by_day else (int(number),)
        except ValueError:
            raise Malformed("This address leads to no place in the list. Begin at its first page.") from None


def same(column: Any, value: str) -> ColumnElement[bool]:
    """Whether a column has a value, asked of rows that are at hand: no index may lead to others that have it, too."""
    return func.coalesce(column, "") == value


def _is(column: Any) -> Condition:
    return lambda value: same(column, value)


def _fate(word: str) -> ColumnElement[bool]:
    """What has become of a pledge; each is in one of these, as in `reports.Pledged`."""
    stands = Pledge.withdrawn_at.is_(None) & Pledge.quarantined_at.is_(None)
    fates: dict[str, ColumnElement[bool]] = {
        "confirmed": stands & Pledge.confirmed_at.is_not(None),
        "waiting": stands & Pledge.confirmed_at.is_(None),
        "withdrawn": Pledge.withdrawn_at.is_not(None),
        "quarantined": Pledge.withdrawn_at.is_(None) & Pledge.quarantined_at.is_not(None),
    }
    return fates[word]


def _why(model: type[Any]) -> Condition:
    """Why something is in quarantine: one code among those that are kept between spaces."""
    padded = " " + func.coalesce(model.quarantined_for, "") + " "
    return lambda word: padded.contains(f" {word} ", autoescape=True)


FATES = ("confirmed", "waiting", "withdrawn", "quarantined")

NOUNS = {
    noun.name: noun
    for noun in (
        Noun(
            "messages",
            Message,
            {
                "partner": Message.partner,
                "district": Message.house_seat,
                "state": Message.state,
                "letter": Message.letter,
            },
            {"stands": lambda word: Message.quarantined_at.is_(None) == (word == "counted")},
        ),
        Noun(
            "pledges",
            Pledge,
            {"partner": Pledge.partner, "state": Pledge.state, "kind": Pledge.kind},
            {"fate": _fate, "letter": _is(Pledge.letter)},
        ),
        Noun(
            "clicks",
            Click,
            {"partner": Click.partner, "destination": Click.destination},
            {
                "by": _is(Click.by),
                "state": _is(Click.state),
                "letter": _is(Click.letter),
            },
        ),
        Noun(
            "partners",
            Partner,
            {},
            {"open": lambda word: Partner.paused_at.is_(None) == (word == "open")},
            by_day=False,
            forward=True,
        ),
        Noun("mails", Mail, {}, {"mail": _is(Mail.kind)}, Mail.failed_at.is_not(None), by_day=False),
        Noun(
            "quarantined-messages",
            Message,
            {},
            {
                "why": _why(Message),
                "partner": _is(Message.partner),
                "state": _is(Message.state),
            },
            Message.quarantined_at.is_not(None),
        ),
        Noun(
            "quarantined-pledges",
            Pledge,
            {},
            {
                "why": _why(Pledge),
                "partner": _is(Pledge.partner),
                "state": _is(Pledge.state),
                "kind": _is(Pledge.kind),
            },
            Pledge.quarantined_at.is_not(None),
        ),
    )
}
