"""Background work. Each task reads its rows anew and may be repeated without harm: the rows are the queue."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial

from campaign import batches, beats, clock, counting, mail, measuring, purges, recounting
from campaign.config import Settings
from campaign.congress.refresh import refresh, renewed_at
from campaign.congress.standing import standing_roster
from campaign.congress.tables import TABLES
from campaign.database import Database
from campaign.delivery import outbox
from campaign.errors import Malformed, Problem
from campaign.keys import Keys
from campaign.letters import letter_bank

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0

ROSTER_LIFE = timedelta(hours=23)
"""From what age on the roster is renewed."""

MAILS_AT_ONCE = 5
"""So many that the slowest server cannot hold them longer than their lease, and other tasks come to their turn."""

MAIL_SECONDS = 10.0
"""How long mails are sent, as long as there are any, before other tasks are looked at."""

COUNT_SECONDS = 2.0
"""How long is counted at one go, before the worker looks whether it is to stop."""

MEASURE_SECONDS = 0.25
"""How long letters are measured at one go: on a day when everybody comes, the machine has other things to do."""

COMPARE_HOUR = 3
"""From what hour on, in the campaign's time zone, the totals are compared with the rows."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task and the seconds between the end of one run and the start of the next."""

    name: str
    every: float
    run: Callable[[Database], int]
    trusts_clock: bool = False
    """Whether it waits for a clock that can be trusted, see `steady`: what it destroys does not come back."""


def beat(database: Database) -> int:
    """Say that the worker is there."""
    database.write(lambda session: beats.note(session, beats.WORKER, clock.wall()))
    return 0


def trust_clock(database: Database) -> int:
    """Note until when the clock was trusted: a worker that is started again goes on from there."""
    database.write(lambda session: beats.note(session, beats.CLOCK, clock.wall()))
    return 0


TASKS = (
    Task("beat", every=beats.WORKER_SECONDS, run=beat),
    Task("trust_clock", every=beats.WORKER_SECONDS, run=trust_clock, trusts_clock=True),
    Task("purge_texts", every=60, run=purges.purge_texts, trusts_clock=True),
    Task("purge_mails", every=3600, run=purges.purge_mails, trusts_clock=True),
    Task("purge_unconfirmed", every=3600, run=purges.purge_unconfirmed, trusts_clock=True),
    Task("forget_signs", every=3600, run=purges.forget_signs, trusts_clock=True),
    Task("forget_sources", every=3600, run=purges.forget_sources, trusts_clock=True),
    Task("forget_attempts", every=3600, run=purges.forget_attempts, trusts_clock=True),
    Task("purge_shares", every=3600, run=purges.purge_shares, trusts_clock=True),
)


def purge_files_task(settings: Settings) -> Task:
    """Delete the mails that were written to files, once they are old."""
    return Task(
        "purge_mail_files", every=3600, run=lambda _database: purges.purge_mail_files(settings), trusts_clock=True
    )


def purge_people_task(settings: Settings) -> Task:
    """Forget everybody some time after the campaign's last day."""

    letters = cache(lambda: letter_bank(settings.letters_dir))  # read once the worker runs
    return Task(
        "purge_people",
        every=3600,
        run=lambda database: purges.purge_people(database, letters().current().campaign),
        trusts_clock=True,
    )


def roster_task(settings: Settings) -> Task:
    """Renew the roster once a day. It is looked at every hour, so that a day whose first try fails has more."""

    def run(_database: Database) -> int:
        last = renewed_at(settings.data_dir)
        # A link from the future is of a clock that was wrong.
        if last and timedelta(0) <= clock.wall() - last < ROSTER_LIFE:
            return 0
        try:
            said = refresh(settings.roster_url, settings.data_dir, TABLES, clock.wall())
        except Problem as problem:
            log.warning("roster not renewed", extra={"reason": getattr(problem, "reason", problem.message)})
            return 0
        log.info("roster renewed", extra={"changes": said})
        return 1

    return Task("renew_roster", every=3600, run=run)


def mail_task(settings: Settings, keys: Keys) -> Task:
    """Send the mails that are due."""

    def run(database: Database) -> int:
        until = time.monotonic() + MAIL_SECONDS
        done = 0
        while time.monotonic() < until and (claimed := _claim(database)):
            done += sum(_send(settings, keys, database, one) for one in claimed)
        return done

    return Task("send_mail", every=TICK_SECONDS, run=run)


def _claim(database: Database) -> list[outbox.Claimed]:
    with database.read() as session:
        if not outbox.is_waiting(session, clock.wall()):
            return []
    return database.write(lambda session: outbox.claim(session, clock.wall(), MAILS_AT_ONCE))


def _send(settings: Settings, keys: Keys, database: Database, claimed: outbox.Claimed) -> bool:
    """Send one mail, outside any transaction, and record in one of its own what became of it."""
    about = {"mail": claimed.id, "kind": claimed.kind}
    try:
        mail.send(settings, outbox.open_claimed(keys, claimed))
    except Problem as problem:
        reason = getattr(problem, "reason", problem.message)
        # What cannot be a mail never will be; a key that is missing may be found.
        permanent = problem.permanent if isinstance(problem, mail.Refused) else isinstance(problem, Malformed)
        database.write(lambda session: outbox.refused(session, claimed.id, reason, permanent, clock.wall()))
        log.warning("mail not sent", extra={**about, "reason": reason, "permanent": permanent})
        return False
    database.write(lambda session: outbox.sent(session, claimed.id, clock.wall()))
    log.info("mail sent", extra=about)
    return True


def measure_task(settings: Settings, keys: Keys) -> Task:
    """Find out how much of the letters is their writers' own."""
    letters = cache(lambda: letter_bank(settings.letters_dir))
    roster = cache(lambda: standing_roster(settings.data_dir, TABLES))

    def run(database: Database) -> int:
        bank = letters().current()
        on = clock.day(settings, bank.campaign.zone)
        return measuring.measure(database, keys, bank, roster().current(), on, MEASURE_SECONDS)

    return Task("measure_letters", every=TICK_SECONDS, run=run)


def count(database: Database) -> int:
    """Bring the public totals forward to what is stored now; returns how many rows were counted or taken out."""
    until = time.monotonic() + COUNT_SECONDS
    done = 0
    while time.monotonic() < until and _is_behind(database):
        begun = time.monotonic()
        turned = database.write(lambda session: counting.bring_forward(session, counting.BATCH))
        if not turned:  # another counts just now, or what is left is in somebody's hands
            break
        done += turned
        # For as long as the batch has taken, others may write: who polls for the lock would get in by luck only.
        time.sleep(time.monotonic() - begun)
    return done


def run_batches(database: Database) -> int:
    """Carry out what organizers asked for, for some seconds; returns how many rows were changed."""
    until = time.monotonic() + COUNT_SECONDS
    done = 0
    while time.monotonic() < until and (step := _next_step(database)):
        begun = time.monotonic()
        done += database.write(partial(batches.take, step=step, now=clock.wall()))
        time.sleep(time.monotonic() - begun)  # for others, as above
    return done


def _next_step(database: Database) -> batches.Step | None:
    with database.read() as session:
        return batches.next_step(session)


def _is_behind(database: Database) -> bool:
    with database.read() as session:
        return counting.is_behind(session)


def compare_task(settings: Settings) -> Task:
    """Compare the public totals with the rows once a night, or at the start of a worker that missed the hour."""
    compared: list[date] = []

    letters = cache(lambda: letter_bank(settings.letters_dir))  # read once the worker runs

    def run(database: Database) -> int:
        now = clock.wall().astimezone(letters().current().campaign.zone)
        if now.hour < COMPARE_HOUR or now.date() in compared:
            return 0
        with database.read() as session:
            short = recounting.differences(session)
        if short:
            database.write(recounting.compare)
            some = {"/".join(cell): n for cell, n in sorted(short.items())[:20]}
            log.error("totals differed from the rows and were put right", extra={"cells": len(short), "some": some})
        compared[:] = [now.date()]
        return len(short)

    return Task("compare_totals", every=600, run=run)
