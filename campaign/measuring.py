"""How much of a letter is its writer's own, found out by the worker while the text is still kept.

It takes some hundredths of a second a letter, too long for a supporter to wait for, and is wanted for the median alone.
On a day when more letters come than the worker has time for, it takes the newest first, and some are never measured.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import date

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from campaign import drafts, originality
from campaign.addresses import Address
from campaign.congress import Roster
from campaign.database import Database
from campaign.errors import Problem
from campaign.keys import Keys
from campaign.letters import Bank
from campaign.models import Message
from campaign.models.message import TO_MEASURE

log = logging.getLogger(__name__)

AT_ONCE = 10
"""Letters measured before the findings are stored."""


def unmeasured(session: Session, most: int) -> list[tuple[int, bytes]]:
    """Messages that can still be measured, the newest first, each with its sealed text."""
    rows = select(Message.id, Message.sealed).where(text(TO_MEASURE)).order_by(Message.id.desc()).limit(most)
    return [(number, sealed) for number, sealed in session.execute(rows) if sealed is not None]


def percent(bank: Bank, roster: Roster, on: date, kept: str) -> int:
    """How much of a message is its writer's own, in percent: of its letters the one in which it is least.

    Args:
        kept: the text as it is sealed, see `compose`.
    """
    about = json.loads(kept)
    street, last = about["address"]
    town, _, rest = last.rpartition(", ")
    state, _, zip_code = rest.partition(" ")
    offices = [roster.office(seat, on) for seat in about["texts"]]
    to = [drafts.addressee(office, place) for place, office in enumerate(offices)]
    supply = drafts.supply(bank, Address(street, town, state, zip_code), to)
    return min(originality.measure(text["body"], supply).percent for text in about["texts"].values())


def store(session: Session, found: dict[int, int]) -> None:
    """Note what was found out, of messages that are still there."""
    for number, share in found.items():
        session.execute(update(Message).where(Message.id == number).values(originality=share))


def measure(database: Database, keys: Keys, bank: Bank, roster: Roster, on: date, seconds: float) -> int:
    """Measure letters for so long; returns how many were measured."""
    until = time.monotonic() + seconds
    done = 0
    while time.monotonic() < until:
        with database.read() as session:
            rows = unmeasured(session, AT_ONCE)
        if not rows:
            break
        try:
            found = {number: percent(bank, roster, on, keys.unseal(sealed)) for number, sealed in rows}
        except Problem as problem:  # a key that is missing may be found
            log.warning("letters not measured", extra={"reason": problem.message})
            break
        database.write(lambda session: store(session, found))  # noqa: B023  (called at once)
        done += len(found)
    return done
