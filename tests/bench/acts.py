"""A supporter's whole act: finished letters to three offices and a pledge, with the mail that asks to confirm it."""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign import clock
from campaign.database import Database
from campaign.migrations import upgrade
from campaign.models import Delivery, Mail, Message, Pledge
from tests.bench import forms, load
from tests.bench.load import Load
from tests.bench.measure import Line
from tests.postgres import postgresql
from tests.redis import REDIS_URL, redis_answers
from tests.serving import Server, serving

THREADS = 32
ROUNDS = 5
ACTS = 1500
"""In each round."""


@dataclass
class Site:
    """A site that is measured: its web processes, where they store, and what came of each round."""

    servers: Sequence[Server]
    database: Database
    loads: list[list[Load]] = field(default_factory=list)

    def send(self, acts: Sequence[bytes]) -> None:
        """One round, evenly to all of the processes at once."""
        share = len(self.servers)
        sending = [
            load.start(server.port, acts[turn::share], THREADS // share) for turn, server in enumerate(self.servers)
        ]
        self.loads.append([load.finish(process) for process in sending])

    @property
    def rate(self) -> float:
        """Acts a second: the median of the rounds."""
        return median(sum(one.rate for one in round_) for round_ in self.loads)

    @property
    def slow(self) -> float:
        """Milliseconds within which 99 of a hundred were answered: the median of the rounds."""
        return median(max(one.percentile(99) for one in round_) for round_ in self.loads)

    @property
    def acknowledged(self) -> int:
        return sum(one.statuses.get("303", 0) for round_ in self.loads for one in round_)

    def missing(self) -> int:
        """How many rows are missing of what was acknowledged."""
        with self.database.read() as session:
            stored = [session.scalar(select(func.count()).select_from(noun)) or 0 for noun in (Message, Pledge)]
        return sum(self.acknowledged - count for count in stored)


def run() -> Iterator[Line]:
    """The findings."""
    made = list(forms.acts(ROUNDS * ACTS))
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        bare = Database(f"sqlite:///{name}/bare.db")
        upgrade(bare)
        stack.callback(bare.close)
        one, many = stack.enter_context(_sqlite()), stack.enter_context(_postgresql())
        floors = []
        for turn in range(ROUNDS):  # by turns: what else the machine does slows all
            acts = made[turn * ACTS : (turn + 1) * ACTS]
            floors.append(floor(bare, ACTS))
            one.send(acts)
            if many:
                many.send(acts)
        least = median(floors)
        yield Line("whole acts through the server, a second", one.rate, "/s", None, f"bare rows: {least:.0f}/s", 1000)
        yield Line("  the same, beside bare rows", one.rate / least, "x", None, "", 0.5)
        yield from _of(one)
        if many is None:
            return
        yield Line("the same, PostgreSQL, Redis, two web processes", many.rate, "/s")
        yield Line("  beside SQLite", many.rate / one.rate, "x", None, "", 0.8)
        yield from _of(many)


def _of(site: Site) -> Iterator[Line]:
    half = median(max(one.percentile(50) for one in round_) for round_ in site.loads)
    yield Line("  of a hundred the slowest", site.slow, "ms", 100, f"half within {half:.0f} ms")
    yield Line("  acknowledged and not stored", site.missing(), "", 0)
    yield Line("  not acknowledged", ROUNDS * ACTS - site.acknowledged, "", 0)


@contextmanager
def _sqlite() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as name, _server(Path(name)) as server:
        database = Database(f"sqlite:///{name}/lifeline.db")
        yield Site([server], database)
        database.close()


@contextmanager
def _postgresql() -> Iterator[Site | None]:
    """Two web processes that behave as one; None where one of the servers is not there."""
    with postgresql() as database, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        if database is None or not redis_answers():
            yield None
            return
        shared = {
            "database_url": database.url.render_as_string(hide_password=False),
            "redis_url": REDIS_URL,
            "hash_key": secrets.token_hex(),
            "email_keys": Fernet.generate_key().decode(),
        }
        folders = [Path(name) / which for which in ("one", "two")]
        for folder in folders:
            folder.mkdir()
        yield Site([stack.enter_context(_server(folder, **shared)) for folder in folders], database)


@contextmanager
def _server(folder: Path, **settings: Any) -> Iterator[Server]:
    limited = {"trusted_proxies": 1, "program_limits": "6/minute"}
    with serving(folder, secret_key=forms.SECRET, **limited, **settings) as server:
        yield server


def floor(database: Database, count: int) -> float:
    """The same rows a second, by objects and one commit for all who wait, with nothing else around it."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(database.write, _bare) for _ in range(count)]:
            done.result()  # a floor of what has failed would be no floor
    return count / (time.perf_counter() - begun)


def _bare(session: Session) -> None:
    now = clock.wall()
    number = time.perf_counter_ns()
    dated = {"day": now.date(), "created_at": now, "state": "ME"}
    message = Message(
        form_id=f"{number}-{threading.get_ident()}", content_hash="", letter=forms.LETTER, sealed=b"-" * 8000,
        text_until=now, **dated,
    )  # fmt: skip
    session.add(message)
    session.flush()
    session.add_all(Delivery(message_id=message.id, seat=seat, bioguide="C001035") for seat in ("1", "2", "3"))
    session.add(Pledge(message_id=message.id, kind="call", **dated))
    session.add(Mail(kind="confirm", email_hash="", sealed=b"-" * 800, due_at=now, tries=0, created_at=now))
