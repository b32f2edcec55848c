"""How the rows of the lists are written out, for a page and for a file: as text, under the names of their columns.

No row names a supporter. An email address stands in the export of the pledges alone, where its owner confirmed the
pledge, has not withdrawn it, and agreed to be written to; with what is quarantined stands none.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import consents, listing, reports
from campaign.database import Database
from campaign.keys import Keys
from campaign.listable import Key
from campaign.listing import Wanted
from campaign.models import Click, Delivery, Gift, Mail, Message, Partner, Pledge, Supporter
from campaign.models.delivery import SAID

CHUNK = 2_000
"""Rows that are read at once for a file: memory stays the same however long it is, and no read lasts long."""

Write = Callable[[Session, Sequence[Any], ZoneInfo], Iterator[tuple[str, ...]]]


def _minute(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment on the campaign's clock, to the minute."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def _known_links(session: Session) -> set[Any]:
    """The links that brought a crowd: of the others it is not told, as in `reports`."""
    return {row.key for row in reports.table(session, "source")} - {None, reports.FEW}


def _messages(session: Session, rows: Sequence[Any], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    ids = [row[0].id for row in rows]
    said: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SAID, 0))
    moments = [getattr(Delivery, f"{word}_at").is_not(None) for word in SAID]
    for message_id, *marks in session.execute(
        select(Delivery.message_id, *moments).where(Delivery.message_id.in_(ids))
    ):
        for word, mark in zip(SAID, marks, strict=True):
            said[message_id][word] += bool(mark)
    pledged = set(session.scalars(select(Pledge.message_id).where(Pledge.message_id.in_(ids))))
    links = _known_links(session)
    for (row,) in rows:
        yield (
            str(row.id),
            _minute(row.created_at, zone),
            row.letter,
            row.state,
            row.house_seat or "",
            row.partner or "",
            row.source if row.source in links else "",
            "" if row.originality is None else str(row.originality),
            ", ".join(f"{word} {n}" for word, n in said[row.id].items() if n),
            "yes" if row.id in pledged else "no",
            row.quarantined_for or "yes" if row.quarantined_at else "",
        )


def _pledges(_session: Session, rows: Sequence[Any], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    for (row,) in rows:
        moments = (row.confirmed_at, row.fulfilled_at, row.withdrawn_at)
        yield (
            str(row.id),
            _minute(row.created_at, zone),
            row.kind,
            row.state,
            row.partner or "",
            row.letter or "",
            *("yes" if moment else "no" for moment in moments),
            row.quarantined_for or "yes" if row.quarantined_at else "",
        )


def _clicks(session: Session, rows: Sequence[Any], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    ids = [row[0].id for row in rows]
    given = set(session.scalars(select(Gift.click_id).where(Gift.click_id.in_(ids))))
    for (row,) in rows:
        place = (row.letter or "", row.state or "", row.partner or "")
        gift = "yes" if row.id in given else "no"
        yield str(row.id), _minute(row.created_at, zone), row.destination, *place, row.by, gift


def _partners(session: Session, rows: Sequence[Any], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    letters = {row.key: row.letters for row in reports.table(session, "partner")}
    for (row,) in rows:
        paused = _minute(row.paused_at, zone)
        counted = str(letters.get(row.code, 0))
        yield row.code, row.name, " ".join(row.origins), _minute(row.created_at, zone), paused, counted


def _mails(_session: Session, rows: Sequence[Any], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    for (row,) in rows:
        moments = (_minute(row.created_at, zone), _minute(row.failed_at, zone))
        yield str(row.id), moments[0], row.kind, str(row.tries), moments[1], row.failure or ""


_FATE = ("confirmed", "fulfilled", "withdrawn", "quarantine")
_SAID = ("link", "own", "said", "pledged", "quarantine")

COLUMNS: dict[type[Any], tuple[str, ...]] = {
    Partner: ("partner", "name", "sites", "since", "paused", "letters"),
    Message: ("number", "when", "letter", "state", "district", "partner", *_SAID),
    Pledge: ("number", "when", "kind", "state", "partner", "letter", *_FATE),
    Click: ("number", "when", "destination", "letter", "state", "partner", "by", "gift"),
    Mail: ("number", "when", "mail", "tries", "given_up", "why"),
}
"""The names of the columns, by what the rows are of. `own` is the originality, in percent."""

_WRITE: dict[type[Any], Write] = {
    Message: _messages,
    Pledge: _pledges,
    Click: _clicks,
    Partner: _partners,
    Mail: _mails,
}


def columns(wanted: Wanted, *, in_file: bool = False) -> tuple[str, ...]:
    """The names of a list's columns."""
    has_emails = in_file and wanted.noun.name == "pledges"
    return (*COLUMNS[wanted.noun.model], "email") if has_emails else COLUMNS[wanted.noun.model]


def written(session: Session, wanted: Wanted, rows: Sequence[Any], zone: ZoneInfo) -> list[tuple[str, ...]]:
    """Rows of a page, as text."""
    return list(_WRITE[wanted.noun.model](session, rows, zone))


def in_chunks(database: Database, keys: Keys, wanted: Wanted, zone: ZoneInfo) -> Iterator[list[tuple[str, ...]]]:
    """All rows for a file, as text, some at a time, each from a short read of its own.

    So a row that changes meanwhile stands there as it was when its chunk was read, and each stands there once: its
    place in the order never changes.
    """
    start: Key | None = None
    while True:
        with database.read() as session:
            rows, start = listing.chunk(session, wanted, start, CHUNK)
            texts = written(session, wanted, rows, zone)
            if wanted.noun.name == "pledges":
                texts = [(*text, email) for text, email in zip(texts, _emails(session, keys, rows), strict=True)]
        yield texts
        if start is None:
            return


def _emails(session: Session, keys: Keys, rows: Sequence[Any]) -> Iterator[str]:
    """Of each pledge the address, where it may be written to."""
    known = [row[0].supporter_id for row in rows if row[0].supporter_id is not None]
    agreed = select(Supporter.id, Supporter.sealed_email).where(Supporter.id.in_(known))
    sealed = {row[0]: row[1] for row in session.execute(agreed.where(consents.holds(consents.CONTACT)))}
    for (pledge,) in rows:
        stands = pledge.confirmed_at and not pledge.withdrawn_at and not pledge.quarantined_at
        may_contact = stands and pledge.supporter_id in sealed
        yield keys.unseal(sealed[pledge.supporter_id]) if may_contact else ""


def as_json(names: Sequence[str], row: Sequence[str]) -> str:
    """A row as one line of JSON."""
    return json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
