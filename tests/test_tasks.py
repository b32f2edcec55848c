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
from pathlib import Path

import pytest
from sqlalchemy import select

from campaign import clock, compose, tasks
from campaign.addresses import Address
from campaign.compose import Origin, Signer, Text
from campaign.config import ROOT, Settings
from campaign.congress.refresh import FILES
from campaign.database import Database
from campaign.delivery import outbox
from campaign.delivery.kit import open_kit
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import Mail
from campaign.models.message import KIT_LIFE
from campaign.tasks import Task, mail_task, run_due
from tests import smtp
from tests.census import send, serve
from tests.congress.sources import public_files

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
    assert tasks.purge_texts(database) == 1
    assert tasks.purge_texts(database) == 0
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
from campaign import logs, tasks
from campaign.database import Database

logs.configure()
tasks.work(Database(sys.argv[1]))
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


@pytest.fixture
def smtp_server() -> Iterator[smtp.Server]:
    with smtp.serve() as server:
        yield server


def ask_for_mail(database: Database, keys: Keys, email: str) -> None:
    database.write(lambda session: outbox.enqueue(session, keys, "page", email, "Subject", "Text", now=clock.wall()))


def test_mail_that_is_due_goes_out_once(
    database: Database, keys: Keys, smtp_server: smtp.Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    task = mail_task(Settings(data_dir=tmp_path, mail_url=smtp_server.url), keys)
    assert task.run(database) == 0
    for name in ("ana", "ben"):
        ask_for_mail(database, keys, f"{name}@example.org")
    assert task.run(database) == 2
    assert task.run(database) == 0
    assert len(smtp_server.mails) == 2
    assert "example.org" not in caplog.text


def test_one_mail_that_is_refused_keeps_no_other_from_going_out(
    database: Database, keys: Keys, smtp_server: smtp.Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    task = mail_task(Settings(data_dir=tmp_path, mail_url=smtp_server.url), keys)
    ask_for_mail(database, keys, "ana@example.org\nBcc: x@y.org")
    ask_for_mail(database, keys, "ben@example.org")
    assert task.run(database) == 2
    assert len(smtp_server.mails) == 1
    with database.read() as session:
        first, second = session.scalars(select(Mail).order_by(Mail.id)).all()
        assert (first.sealed, first.sent_at, first.failure) == (None, None, "it cannot be written as a mail")
        assert second.sent_at
    (record,) = [record for record in caplog.records if record.message == "mail not sent"]
    assert record.__dict__["reason"] == "it cannot be written as a mail"


def test_a_server_that_is_away_gets_the_mail_later(
    database: Database, keys: Keys, smtp_server: smtp.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = mail_task(Settings(data_dir=tmp_path, mail_url=smtp_server.url), keys)
    smtp_server.answers = {"RCPT": "450 later"}
    ask_for_mail(database, keys, "ana@example.org")
    task.run(database)
    smtp_server.answers = {}
    assert task.run(database) == 0
    later = clock.wall() + outbox.PAUSES[0]
    monkeypatch.setattr(clock, "wall", lambda: later)
    assert task.run(database) == 1
    assert len(smtp_server.mails) == 1
