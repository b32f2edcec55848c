"""The figures of one office's page, for whoever brings it to that office. Each is defined here, once.

All are about the member who holds the seat now, and not about who held it before:

- *letters*: written to this member, stored and not in quarantine.
- *opened*, *sent*, *printed*, *called*, *visited*, *replied*: of how many of these letters their writers say so; one
  letter can be several of these.
- *reached*: letters that are at least one of sent, printed, called and visited.
- *earlier*: letters written to the same seat while somebody else held it. They are in no other figure.
- *visits*: pledges to visit that are confirmed, neither withdrawn nor in quarantine, and were made with a letter to
  this member, which is not in quarantine.
- *agreed*: letters of which the writers let the campaign bring them on paper, and whose text is still kept.
- *towns*: these letters by the writer's town, as typed, without regard to capitals. At most the newest `NEWEST` are
  looked into, since each has to be decrypted. At most `TOWNS` towns are named, none with fewer than `CROWD` letters;
  all others are *elsewhere*.
- *quotes*: at most `QUOTES` passages of their own from writers who agreed to that as well, chosen by the rules of
  `packs`, the newest letters first. The town stands with one only where it is among those named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from campaign.delivery import packs
from campaign.delivery.packs import Brought, Wanted
from campaign.keys import Keys
from campaign.models import Delivery, Message, Pledge
from campaign.models.delivery import SAID

NEWEST = 2_000
"""Letters that are decrypted for one page: more take longer than anybody waits."""

CROWD = 5
"""Letters from one town, fewer than which could show who wrote them."""

TOWNS = 24
"""So many towns, and the quotations, fit on one sheet of paper."""

QUOTES = 5

TRIED = 60
"""Letters that are searched for something to quote: to tell what is the writer's own takes longer than to decrypt."""

HEARD = ("sent", "printed", "called", "visited")
"""What of it means that the office has heard."""

Own = Callable[[Brought], Iterable[str]]
"""The paragraphs of a letter that are its writer's own."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted for one office."""

    letters: int
    reached: int
    opened: int
    sent: int
    printed: int
    called: int
    visited: int
    replied: int
    earlier: int
    visits: int


def figures(session: Session, seat: str, bioguide: str, visit_kinds: Collection[str]) -> Figures:
    """The figures of a seat and of the member who holds it; two queries.

    Args:
        visit_kinds: codes of the pledges that promise a visit.
    """
    own = Delivery.bioguide == bioguide
    said = {word: getattr(Delivery, f"{word}_at").is_not(None) for word in SAID}
    wanted = {"letters": own, "reached": own & or_(*(said[word] for word in HEARD)), "earlier": ~own}
    wanted |= {word: own & condition for word, condition in said.items()}
    columns: list[Any] = [func.count().filter(condition) for condition in wanted.values()]
    counted = select(*columns).join_from(Delivery, Message, Message.id == Delivery.message_id)
    row = session.execute(counted.where(Delivery.seat == seat, Message.quarantined_at.is_(None))).one()
    visits = (
        select(func.count())
        .select_from(Pledge)
        .join(Message, Message.id == Pledge.message_id)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(
            Pledge.kind.in_(visit_kinds),
            Pledge.confirmed_at.is_not(None),
            Pledge.withdrawn_at.is_(None),
            Pledge.quarantined_at.is_(None),
            Message.quarantined_at.is_(None),
            Delivery.seat == seat,
            own,
        )
    )
    return Figures(**dict(zip(wanted, row, strict=True)), visits=session.scalar(visits) or 0)


@dataclass(frozen=True, slots=True, repr=False)  # nobody's words reach a log through debug output
class Quote:
    """A passage of a letter."""

    text: str
    town: str | None
    """The writer's town, where it is one of those named."""
    message: int


@dataclass(frozen=True, slots=True, repr=False)
class Voices:
    """What the letters say of which the texts may be used."""

    agreed: int
    read: int
    """Of how many of these the towns are: of all, or of the newest `NEWEST`."""
    towns: tuple[tuple[str, int], ...]
    elsewhere: int
    quotes: tuple[Quote, ...]

    def stand(self, session: Session, now: datetime) -> bool:
        """Whether all that is quoted may be quoted still."""
        messages = [quote.message for quote in self.quotes]
        return len(packs.may_still_quote(session, messages, now)) == len(messages)


def voices(session: Session, keys: Keys, seat: str, bioguide: str, own: Own, now: datetime) -> Voices:
    """What the letters to a member say of which the texts may be used now."""
    wanted = Wanted(seat, bioguide, date.min, now)
    agreed = packs.count(session, wanted)
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    found: list[tuple[str, str, int]] = []
    read = tried = 0
    for letter in packs.brought(session, keys, wanted, NEWEST):
        read += 1
        spellings[letter.town.casefold()][letter.town] += 1
        if not letter.may_quote or len(found) == QUOTES or tried == TRIED:
            continue
        tried += 1
        quoted = packs.quotation(letter, own(letter))
        if quoted and all(quoted != text for text, _town, _message in found):
            found.append((quoted, letter.town.casefold(), letter.message))
    often = sorted(spellings.items(), key=lambda town: (-town[1].total(), town[0]))
    named = {
        town: (written.most_common(1)[0][0], written.total())
        for town, written in often[:TOWNS]
        if written.total() >= CROWD
    }
    return Voices(
        agreed=agreed,
        read=read,
        towns=tuple(named.values()),
        elsewhere=read - sum(n for _town, n in named.values()),
        quotes=tuple(Quote(text, named[town][0] if town in named else None, message) for text, town, message in found),
    )
