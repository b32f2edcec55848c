"""Web, worker and database are killed at random moments, under load; what was acknowledged is there once."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from campaign import recounting
from campaign.config import ROOT
from campaign.database import Database
from campaign.delivery import outbox
from campaign.models import Click, Mail, Message, Pledge
from tests import smtp
from tests.bench.forms import LETTER, SECRET, acts
from tests.clusters import Postgres, RedisServer, can_run, running
from tests.conftest import absent
from tests.serving import Server, descendants, serving

pytestmark = [pytest.mark.soak, pytest.mark.sqlite]

KILLS = int(os.environ.get("KILLS", "110"))
"""On each of the two databases."""

VISITORS = 6
FORMS = 80 * KILLS


class Visitors:
    """They finish letters and follow links, and try again where nobody answers, until they are told that it is done."""

    def __init__(self, site: Server) -> None:
        self.site = site
        self.finished, self.clicked, self.tries = 0, 0, 0
        self.odd: Counter[str] = Counter()
        self._forms = iter(list(acts(FORMS)))
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _ in range(VISITORS)]

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _next(self) -> tuple[dict[str, str], bytes]:
        with self._lock:
            form = next(self._forms, b"")
        assert form, "there are more forms than can be finished in the time"
        head, _, body = form.partition(b"\r\n\r\n")
        lines = (line.split(": ", 1) for line in head.decode().split("\r\n")[2:])
        return {name: value for name, value in lines if name != "Content-Length"}, body

    def _visit(self) -> None:
        while not self._over.is_set():
            headers, body = self._next()
            while (status := self._try("POST", f"/letters/{LETTER}/finish", headers, body)) != 303:
                self._note(status)
            with self._lock:
                self.finished += 1
            self._click(headers)

    def _click(self, headers: dict[str, str]) -> None:
        """Follow a link to the donation page. Whoever is handed on with an id was counted; without one, perhaps."""
        browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
        try:
            answer = requests.get(
                f"{self.site.url}/donate/give", headers=headers | browser, timeout=20, allow_redirects=False
            )
            counted = bool(re.search("[0-9a-f]{64}", answer.headers.get("Location", "")))
        except requests.RequestException:
            counted = False
        with self._lock:
            self.tries += 1
            self.clicked += counted

    def _try(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> int:
        try:
            return requests.request(
                method, f"{self.site.url}{path}", data=body, headers=headers, timeout=20, allow_redirects=False
            ).status_code
        except requests.RequestException:
            return 0

    def _note(self, status: int) -> None:
        if status not in (0, 503):
            with self._lock:
                self.odd[str(status)] += 1
        time.sleep(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[dict[str, str], Postgres | None]]:
    """Settings that say where all is kept, and the database's own server."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield {"database_url": f"sqlite:///{tmp_path / 'lifeline.db'}"}, None
            return
        if not can_run():
            absent("PostgreSQL or Redis is not installed on this machine")
        postgres = stack.enter_context(running(Postgres))
        redis = stack.enter_context(running(RedisServer))
        yield {"database_url": postgres.url, "redis_url": redis.url}, postgres


def test_what_was_acknowledged_is_there_once(kept: tuple[dict[str, str], Postgres | None], tmp_path: Path) -> None:
    where, postgres = kept
    where["letters_dir"] = str(shutil.copytree(ROOT / "letters", tmp_path / "letters"))
    with (tmp_path / "letters" / "destinations.toml").open("a") as destinations:
        destinations.write('click_parameter = "ref"\n')
    chance = random.Random(7)
    killed: Counter[str] = Counter()
    with (
        smtp.serve() as mails,
        serving(
            tmp_path, secret_key=SECRET, trusted_proxies=1, mail_url=mails.url, program_limits="6/minute", **where
        ) as site,
    ):
        with Visitors(site) as visitors:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.1, 2.0))
                killed[_kill(chance, site, postgres)] += 1
        site.wait_until_ready()
        database = Database(where["database_url"])
        try:
            # A mail that was in hand when its worker was killed waits for its lease to end.
            until = time.monotonic() + outbox.LEASE.total_seconds() + 120
            while _due(database) and time.monotonic() < until:
                time.sleep(1)
            _compare(database, visitors, mails.mails, killed)
        finally:
            database.close()


def _kill(chance: random.Random, site: Server, postgres: Postgres | None) -> str:
    """Kill one of them, and say which."""
    if postgres and chance.random() < 0.3:
        postgres.kill()
        time.sleep(chance.uniform(0, 0.5))
        postgres.start()
        return "database"
    name = chance.choice(["granian", "worker"])
    for pid in descendants(site.process.pid):
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and name in command.read_text():
            os.kill(pid, signal.SIGKILL)
    return name


def _due(database: Database) -> int:
    with database.read() as session:
        waiting = (Mail.kind == "confirm", Mail.sent_at.is_(None), Mail.failed_at.is_(None))
        behind = recounting.differences(session) if database.is_sqlite else {}
        return (session.scalar(select(func.count()).where(*waiting)) or 0) + len(behind)


def _compare(database: Database, visitors: Visitors, mails: list[object], killed: Counter[str]) -> None:
    with database.read() as session:
        assert recounting.differences(session) == {}
        rows = {noun: session.scalar(select(func.count()).select_from(noun)) or 0 for noun in (Message, Pledge, Click)}
        failed = session.scalar(select(func.count()).where(Mail.failed_at.is_not(None)))
    print(f"\nkilled {dict(killed)}; finished {visitors.finished}, clicked {visitors.clicked}, mails {len(mails)}")
    assert visitors.odd == {}
    assert sum(killed.values()) == KILLS
    assert visitors.finished >= KILLS
    assert (rows[Message], rows[Pledge], failed) == (visitors.finished, visitors.finished, 0)
    assert KILLS < visitors.clicked <= rows[Click] <= visitors.tries
    sent: dict[str, list[str]] = {}
    for mail in mails:
        sent.setdefault(str(mail["To"]), []).append(str(mail["Message-ID"]))  # type: ignore[index]
    assert len(sent) == visitors.finished
    assert max(map(len, sent.values())) <= 2, "at most one repeat"
    assert all(len(set(ids)) == 1 for ids in sent.values()), "and the same mail to the byte that tells"
