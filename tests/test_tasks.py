"""Background work goes on whatever fails, and ends when it is told to or left alone."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import event, update

from campaign import clock, compose, counting, mail, publishing, purges, tasks, worker
from campaign.addresses import Address
from campaign.cli import cli
from campaign.compose import Origin, Signer, Text
from campaign.config import EASTERN, ROOT, Settings
from campaign.congress.refresh import FILES
from campaign.database import Database
from campaign.delivery import outbox
from campaign.delivery.kit import open_kit
from campaign.errors import NotFound
from campaign.keys import Keys, load
from campaign.models import Mail as MailRow
from campaign.models import Total
from campaign.models.message import KIT_LIFE
from campaign.tasks import Task
from campaign.worker import run_due
from tests import smtp
from tests.census import send, serve
from tests.congress.sources import public_files
from tests.serving import wait_until

PATIENCE = 30
"""Seconds until a process that does not answer is given up. Nothing waits that long when all is well."""


def write(database: Database, keys: Keys, form_id: str, now: datetime) -> None:
    origin = Origin(form_id, "restore-u4u", partner=None, house_seat=None, congress=119, day=now.date(), now=now)
    signer = Signer("Ana Reyes", Address("12 Congress Street", "Portland", "ME", "04101"))
    texts = [Text("ME-S1", "S100001", "Subject", "Body")]
    database.write(lambda session: compose.write_message(session, keys, origin, signer, texts))


def test_texts_are_purged_by_the_real_clock(database: Database, keys: Keys) -> None:
    now = clock.wall()
    write(database, keys, "old", now - KIT_LIFE)
    write(database, keys, "new", now - KIT_LIFE + timedelta(minutes=5))
    assert purges.purge_texts(database) == 1
    assert purges.purge_texts(database) == 0
    with database.read() as session:
        assert open_kit(session, keys, "new", now=now).name == "Ana Reyes"
        with pytest.raises(NotFound):
            open_kit(session, keys, "old", now=now - KIT_LIFE)


def test_a_task_that_fails_stops_no_other_and_is_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[str] = []

    def failing(_: Database) -> int:
        ran.append("failing")
        raise RuntimeError("unreachable")

    def working(_: Database) -> int:
        ran.append("working")
        return 0

    monkeypatch.setattr(tasks, "TASKS", (Task("failing", 60, failing), Task("working", 60, working)))
    due: dict[str, float] = {}
    run_due(database, due, now=0.0)
    run_due(database, due, now=59.9)
    assert ran == ["failing", "working"]
    run_due(database, due, now=60.0)
    assert ran == ["failing", "working"] * 2
    assert [(record.getMessage(), record.__dict__["task"]) for record in caplog.records] == [
        ("task failed", "failing")
    ] * 2


def test_each_task_has_its_own_interval(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def task(name: str, every: float) -> Task:
        def run(_: Database) -> int:
            ran.append(name)
            return 1

        return Task(name, every, run)

    monkeypatch.setattr(tasks, "TASKS", (task("often", 1), task("seldom", 3)))
    due: dict[str, float] = {}
    for second in range(6):
        run_due(database, due, now=100.0 + second)
    assert (ran.count("often"), ran.count("seldom")) == (6, 2)


WORKER = """
import sys
from campaign import logs, tasks, worker
from campaign.database import Database

logs.configure()
worker.work(Database(sys.argv[1]))
"""

PARENT = f"""
import subprocess, sys

worker = subprocess.Popen([sys.executable, "-c", {WORKER!r}, sys.argv[1]])
print(worker.pid, flush=True)
worker.wait()
"""


@contextmanager
def patience(pid: int) -> Iterator[None]:
    """Kill a worker that goes on for ever, so that the test fails and does not hang."""
    timer = threading.Timer(PATIENCE, os.kill, (pid, signal.SIGKILL))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """What a worker logs, until nobody holds its standard error any more."""
    assert process.stderr is not None
    for line in process.stderr:
        yield json.loads(line)["message"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_stops_when_it_is_told_to(database: Database, settings: Settings, number: signal.Signals) -> None:
    command = [sys.executable, "-c", WORKER, settings.database_url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as worker, patience(worker.pid):
        said = lines(worker)
        assert next(said) == "worker started"
        worker.send_signal(number)
        assert list(said) == ["worker stopped"]
        assert worker.wait() == 0


def test_the_worker_works_and_stops_when_the_process_that_started_it_is_killed(
    database: Database, keys: Keys, settings: Settings
) -> None:
    write(database, keys, "old", clock.wall() - KIT_LIFE)
    command = [sys.executable, "-c", PARENT, settings.database_url]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as parent,
        patience(parent.pid),
    ):
        assert parent.stdout is not None
        with patience(int(parent.stdout.readline())):
            said = lines(parent)
            assert [next(said), next(said)] == ["worker started", "task done"]
            parent.kill()
            assert list(said) == ["worker stopped"]


def test_the_roster_is_renewed_once_a_day_and_a_failure_is_one_line(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with serve() as stand_in:
        stand_in.reply = send(b"", 503)
        task = tasks.roster_task(replace(settings, roster_url=stand_in.url))
        assert task.run(database) == 0
        assert [record.getMessage() for record in caplog.records] == ["roster not renewed"]
        files = {name: json.dumps(content).encode() for name, content in zip(FILES, roster_files(), strict=True)}
        stand_in.reply = lambda handler: send(files[handler.path.rsplit("/", 1)[-1]])(handler)
        monkeypatch.setattr("campaign.congress.refresh.LEAST_LEFT", 0.0)  # the stand-in's files are small
        assert [task.run(database), task.run(database)] == [1, 0]
        assert len(stand_in.paths) == 1 + len(FILES)
        monkeypatch.setattr(tasks, "ROSTER_LIFE", timedelta(0))
        assert task.run(database) == 1


def roster_files() -> list[object]:
    sources = public_files()
    return [sources[name] for name in ("legislators.json", "offices.json", "committees.json", "memberships.json")]


def put_mail(database: Database, keys: Keys, *emails: str, subject: str = "Your page") -> None:
    for email in emails:
        database.write(
            lambda session, to=email: outbox.enqueue(  # type: ignore[misc]
                session, keys, "page", to, subject, "Dear Ana Reyes", now=clock.wall()
            )
        )


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[object, ...]]:
    """What was logged of mails; nothing in it tells to whom and what."""
    shown = "".join(repr(record.__dict__) for record in caplog.records).casefold()
    assert [
        word for word in ("ana", "reyes", "example.org", "your page") if word in shown.replace("campaign", "")
    ] == []
    names = ("mail", "kind", "reason", "permanent")
    return [
        (record.getMessage(), *(record.__dict__[name] for name in names if name in record.__dict__))
        for record in caplog.records
        if record.name == "campaign.tasks"
    ]


def test_mails_are_sent_each_recorded_and_nothing_is_logged_of_whom_and_what(
    settings: Settings, database: Database, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with smtp.serve() as server:
        task = tasks.mail_task(replace(settings, mail_url=server.url), keys)
        assert (task.run(database), task.every, caplog.records) == (0, 1, [])
        put_mail(database, keys, *(f"ana{number}@example.org" for number in range(7)))
        assert task.run(database) == 7
        assert task.run(database) == 0
        assert [mail["To"] for mail in server.mails] == [f"ana{number}@example.org" for number in range(7)]
        assert said(caplog) == [("mail sent", number, "page") for number in range(1, 8)]
        caplog.clear()
        put_mail(database, keys, "ana-x@example.org", "ana-y@example.org")
        server.answers = {"RCPT": "550 5.1.1 <ana-x@example.org> unknown"}
        assert task.run(database) == 0
        reason = "the server answered 550 5.1.1 to the recipient"
        assert said(caplog) == [("mail not sent", number, "page", reason, True) for number in (8, 9)]
    with database.read() as session:
        rows = session.query(MailRow).all()
    assert [row.sealed for row in rows] == [None] * 9
    assert [(row.sent_at is None, row.failure) for row in rows] == [(False, None)] * 7 + [(True, reason)] * 2


def test_a_mail_that_nobody_can_send_holds_up_no_other(
    settings: Settings, database: Database, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    put_mail(database, keys, "ana@example.org", subject="Your page\nBcc: eve@example.com")
    put_mail(database, keys, "ana@example.org", "ana-y@example.org")
    other = load(replace(settings, email_keys=Fernet.generate_key().decode()))
    assert tasks.mail_task(settings, other).run(database) == 0  # with a key lost
    assert {what[-2:] for what in said(caplog)} == {("None of CAMPAIGN_EMAIL_KEYS opens what is stored.", False)}
    caplog.clear()
    database.write(lambda session: session.execute(update(MailRow).values(due_at=clock.wall())))
    assert tasks.mail_task(settings, keys).run(database) == 2
    assert [what[:2] for what in said(caplog)] == [("mail not sent", 1), ("mail sent", 2), ("mail sent", 3)]
    assert said(caplog)[0][-1] is True  # what cannot be a mail never will be
    assert len(list((settings.data_dir / "mail").iterdir())) == 2


def test_sending_holds_no_transaction(
    settings: Settings, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[bool] = []
    real = mail.send

    def send_while_others_store(*args: Any) -> None:
        if not stored:
            stored.append(True)
            put_mail(database, keys, "other@example.org")
        real(*args)

    monkeypatch.setattr(mail, "send", send_while_others_store)
    put_mail(database, keys, "ana@example.org")
    assert tasks.mail_task(settings, keys).run(database) == 2


SENDER = """
import os, sys
from pathlib import Path
from campaign import keys, mail, tasks
from campaign.config import Settings
from campaign.database import Database

settings = Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2], mail_url=sys.argv[3])
real = mail.send

def send(*args):
    real(*args)
    os._exit(9)

if sys.argv[4] == "dies":
    mail.send = send
tasks.mail_task(settings, keys.load(settings)).run(Database(settings.database_url))
"""


def test_a_worker_killed_before_it_records_sends_once_more_with_the_same_id_after_the_lease(
    settings: Settings, database: Database, keys: Keys
) -> None:
    put_mail(database, keys, "ana@example.org")
    with smtp.serve() as server:
        command = [sys.executable, "-c", SENDER, str(settings.data_dir), settings.database_url, server.url]
        assert subprocess.run([*command, "dies"], cwd=ROOT).returncode == 9
        subprocess.run([*command, "lives"], cwd=ROOT, check=True)
        assert len(server.raw) == 1  # the lease is not over
        with database.read() as session:
            left = session.get_one(MailRow, 1).due_at - clock.wall()
        assert outbox.LEASE - timedelta(minutes=1) < left <= outbox.LEASE
        database.write(lambda session: session.execute(update(MailRow).values(due_at=clock.wall())))
        for _ in range(2):
            subprocess.run([*command, "lives"], cwd=ROOT, check=True)
        assert len(server.raw) == 2
        assert server.raw[0] == server.raw[1]
        assert server.mails[0]["Message-ID"].startswith("<1.")


def test_the_command_of_the_worker_sends_mail(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(worker, "work", lambda _database, *more: ran.extend(task.name for task in more))
    monkeypatch.setattr("campaign.logs.configure", lambda: None)
    environ = {"CAMPAIGN_DATA_DIR": str(settings.data_dir)}
    assert CliRunner().invoke(cli, ["worker"], env=environ).exit_code == 0
    assert ran == ["renew_roster", "send_mail", "compare_totals", "measure_letters", "purge_mail_files", "purge_people"]


def counted(database: Database) -> int:
    with database.read() as session:
        return publishing.public_counts(session).letters or 0


@pytest.mark.sqlite
def test_what_is_stored_is_counted_in_batches_and_where_there_is_nothing_nobody_takes_the_writers_place(
    database: Database, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        write(database, keys, f"form-{number}", now)
    monkeypatch.setattr(counting, "BATCH", 2)
    begun: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: begun.append(about[2]))
    assert tasks.count(database) == 5
    assert begun.count("BEGIN IMMEDIATE") == 3
    begun.clear()
    assert tasks.count(database) == 0
    assert begun.count("BEGIN IMMEDIATE") == 0
    assert counted(database) == 5


def test_the_worker_counts_while_a_task_waits_for_a_slow_server(
    database: Database, keys: Keys, settings: Settings
) -> None:
    code = WORKER.replace(
        "worker.work(", "import time\ntasks.TASKS = (tasks.Task('slow', 1, lambda _: time.sleep(99)),)\nworker.work("
    )
    command = [sys.executable, "-c", code, settings.database_url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as worker, patience(worker.pid):
        assert next(lines(worker)) == "worker started"
        write(database, keys, "form", clock.wall())
        wait_until(lambda: counted(database) == 1, "the counter")
        worker.kill()


def test_a_counter_that_fails_is_logged_and_goes_on(
    database: Database, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write(database, keys, "form", now)
    monkeypatch.setattr(tasks, "TICK_SECONDS", 0.0)
    turns = iter([True, True, False])
    real = tasks.count

    def fail_once(database: Database) -> int:
        monkeypatch.setattr(tasks, "count", real)
        raise RuntimeError("unreachable")

    monkeypatch.setattr(tasks, "count", fail_once)
    worker._go_on_counting(database, lambda: next(turns))
    assert [(record.getMessage(), record.__dict__["task"]) for record in caplog.records] == [("task failed", "count")]
    assert counted(database) == 1


def test_the_totals_are_compared_once_a_night_and_a_difference_is_an_error(
    settings: Settings,
    database: Database,
    keys: Keys,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write(database, keys, "form", now)
    tasks.count(database)
    spoil = update(Total).where(Total.by == "", Total.figure == "letters").values(n=Total.n + 4)
    task = tasks.compare_task(settings)

    def at(moment: str) -> int:
        """Spoil the totals, and run the task when a clock in New York shows this."""
        database.write(lambda session: session.execute(spoil).close())
        monkeypatch.setattr(clock, "wall", lambda: datetime.fromisoformat(moment).replace(tzinfo=EASTERN))
        return task.run(database)

    assert [at("2026-11-24 02:59"), counted(database)] == [0, 5]
    assert [at("2026-11-24 03:05"), counted(database)] == [1, 1]
    (record,) = caplog.records
    assert (record.levelname, record.__dict__["some"]) == ("ERROR", {"///letters/": -8})
    assert [at("2026-11-24 23:59"), counted(database)] == [0, 5]
    assert [at("2026-11-25 00:01"), counted(database)] == [0, 9]
    assert [at("2026-11-25 08:00"), counted(database)] == [1, 1]
    monkeypatch.setattr(clock, "wall", lambda: datetime(2026, 11, 26, 4, tzinfo=EASTERN))
    caplog.clear()
    assert (task.run(database), caplog.records) == (0, [])
