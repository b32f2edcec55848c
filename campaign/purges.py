"""What is destroyed when its time is over. Each says how many it were, and may be repeated without harm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from campaign import (
    batches,
    clock,
    compose,
    confirming,
    erasing,
    mail,
    organizers,
    partners,
    screening,
    shares,
    sources,
    throttle,
)
from campaign.config import Settings
from campaign.database import Database
from campaign.delivery import outbox
from campaign.letters.bank import Campaign
from campaign.models import Pledge

PEOPLE_AT_ONCE = 100
"""Supporters forgotten in one transaction: nobody waits for long."""

ROWS_AT_ONCE = 500
"""The same, of rows that are only deleted."""


def purge_texts(database: Database) -> int:
    """Destroy the letters' texts whose time is over; returns how many."""
    return database.write(lambda session: compose.forget_texts(session, clock.wall()))


def purge_mails(database: Database) -> int:
    """Forget the mails that are long done with; returns how many."""
    return database.write(lambda session: outbox.forget(session, clock.wall()))


def purge_unconfirmed(database: Database) -> int:
    """Forget the pledges that nobody has confirmed in time, and what was kept for them; returns how many pledges."""
    now = clock.wall()
    forgotten = {model: sum(_in_parts(database, model, now)) for model in confirming.FORGOTTEN}
    return forgotten[Pledge]


def _in_parts(database: Database, model: type[Any], now: datetime) -> Iterator[int]:
    """Forget what is over of one table. It is looked for outside the transactions that delete it."""
    after = 0
    while True:
        with database.read() as session:
            ids = confirming.unconfirmed(session, model, now, after, ROWS_AT_ONCE)
        if not ids:
            return
        begun, after = time.monotonic(), ids[-1]
        yield database.write(partial(confirming.forget_unconfirmed, model=model, ids=ids, now=now))
        # For as long as it has taken, others may write: who polls for the lock would get in by luck only.
        time.sleep(time.monotonic() - begun)


def forget_signs(database: Database) -> int:
    """Forget from which network, domain and words something came, and which batches looked for; returns of how many."""
    now = clock.wall()
    return database.write(lambda session: screening.forget_signs(session, now) + batches.forget_signs(session, now))


def forget_attempts(database: Database) -> int:
    """Forget under which addresses somebody failed to sign in, and the links that have ended; returns how many."""
    now = clock.wall()
    return database.write(lambda session: throttle.forget(session, now) + organizers.forget_links(session, now))


def forget_sources(database: Database) -> int:
    """Forget the links that brought no crowd in time; returns of how many rows."""
    return database.write(lambda session: sources.forget_rare(session, clock.wall()))


def purge_shares(database: Database) -> int:
    """Delete the links to offices' pages that ended long ago; returns how many."""
    return database.write(lambda session: shares.forget(session, clock.wall()))


def purge_mail_files(settings: Settings) -> int:
    """Delete the mails that were written to files, after the time for which the others are kept; returns how many."""
    return mail.forget_files(settings, clock.wall() - outbox.KEPT)


def purge_people(database: Database, campaign: Campaign) -> int:
    """Forget everybody once the campaign is over, and some time with it; returns how many."""
    today = clock.wall().astimezone(campaign.zone).date()  # a demonstration's day destroys nothing
    if campaign.ends is None or today <= campaign.ends + erasing.AFTER_TERM:
        return 0
    forgotten = 0
    while done := database.write(lambda session: erasing.erase_after_term(session, PEOPLE_AT_ONCE)):
        forgotten += done
    database.write(partners.forget_emails)
    return forgotten
