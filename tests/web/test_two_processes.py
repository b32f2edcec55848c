"""Two processes of the operating system at one database, asked for the same thing at the same moment."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from campaign import counting, publishing
from campaign.app import create_app
from campaign.config import ROOT, Settings
from campaign.congress import Congress
from campaign.database import Database
from campaign.models import Base, Message, Pledge
from tests.conftest import NOON, UNLIMITED, absent
from tests.postgres import empty
from tests.web.conftest import NOBODY_LISTENS
from tests.web.visitor import Visitor, confirm_page, mailed, rows

POSTER = """
import json, sys, time
from datetime import datetime
from pathlib import Path
from campaign.app import create_app
from campaign.config import Settings

given = json.loads(sys.argv[1])
given |= {"data_dir": Path(given["data_dir"]), "today": datetime.fromisoformat(given["today"])}
client = create_app(Settings(**given)).test_client()
print("ready", flush=True)
for line in sys.stdin:
    path, data, at = json.loads(line)
    while time.monotonic() < at:
        pass
    answer = client.post(path, data=data, follow_redirects=True)
    print(json.dumps([answer.status_code, answer.request.path, answer.text]), flush=True)
"""

ROUNDS = 8
PROMISE = {"pledges": ["call", "give"], "name": "Ana Reyes", "zip": "04101"}


@dataclass
class Two:
    """Two processes with the application, and one in the test that looks on."""

    app: Flask
    database: Database
    processes: list[subprocess.Popen[str]]

    def post(self, *forms: tuple[str, Any]) -> list[tuple[int, str, str]]:
        """Each process sends its form at the same moment; what each got: status, path and heading."""
        at = time.monotonic() + 0.02
        for process, (path, data) in zip(self.processes, forms, strict=True):
            assert process.stdin
            listed = {name: data.getlist(name) for name in data} if hasattr(data, "getlist") else data
            process.stdin.write(json.dumps([path, listed, at]) + "\n")
            process.stdin.flush()
        answers = []
        for process in self.processes:
            assert process.stdout
            status, path, page = json.loads(process.stdout.readline())
            heading = re.search("<h1>([^<]*)</h1>", page)
            assert heading
            answers.append((status, path, heading[1]))
        return answers

    def all(self, model: Any) -> list[Any]:
        with self.database.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shipped: Congress
) -> Iterator[Two]:
    data_dir = tmp_path_factory.mktemp("data")
    url = f"sqlite:///{data_dir / 'lifeline.db'}"
    if request.param == "postgresql":
        server: Database | None = request.getfixturevalue("postgresql_server")
        if server is None:
            absent("no PostgreSQL server answers on this machine")
        url = server.url.render_as_string(hide_password=False)
    else:
        migrated: Path = request.getfixturevalue("migrated")
        (data_dir / "lifeline.db").write_bytes(migrated.read_bytes())
    given: dict[str, Any] = {"data_dir": data_dir, "database_url": url, "today": NOON, "least_seconds": 0}
    given |= {"census_url": NOBODY_LISTENS} | dict.fromkeys(
        ("network_limits", "email_limits", "program_limits"), UNLIMITED
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Congress, "load", lambda _settings, _commons: replace(shipped))
        app = create_app(Settings(**given))
    database = app.extensions["campaign"].database
    command = [sys.executable, "-c", POSTER, json.dumps(given, default=str)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    yield Two(app, database, processes)
    for process in processes:
        process.kill()
        process.communicate()
    database.close()


@pytest.fixture
def two(running: Two) -> Two:
    """The same, with an empty database."""
    if running.database.is_sqlite:
        names = reversed(Base.metadata.sorted_tables)
        running.database.write(lambda session: [session.execute(table.delete()) for table in names].clear())
    else:
        empty(running.database)
    return running


def test_the_same_finished_form_is_one_message(two: Two) -> None:
    for number in range(1, ROUNDS + 1):
        visitor = Visitor(two.app.test_client()).write()
        form = visitor.filled("Finish my letters", pledges=["call", "visit"], email=f"ana-{number}@example.org")
        (first, second) = two.post(form, form)
        assert first == second
        assert (first[0], first[2]) == (200, "Your letters are ready")
        assert rows(two.database) == {
            "messages": number,
            "deliveries": 3 * number,
            "supporters": number,
            "pledges": 2 * number,
            "confirm_links": number,
            "mails": 2 * number,
        }


def test_of_the_same_form_with_other_words_one_is_told_so(two: Two) -> None:
    for number in range(1, ROUNDS + 1):
        visitor = Visitor(two.app.test_client()).write()
        forms = [visitor.filled("Finish my letters", body__ME__S1=f"My own letter, {word}.") for word in ("one", "two")]
        assert sorted(answer[::2] for answer in two.post(*forms)) == [
            (200, "Your letters are ready"),
            (409, "Read your letters"),
        ]
        assert len(two.all(Message)) == number


def test_a_mailbox_under_two_spellings_promises_once(two: Two) -> None:
    for number in range(1, ROUNDS + 1):
        spellings = (f"ana{number}@gmail.com", f"A.na{number}+call@googlemail.com")
        answers = two.post(*(("/pledge", {**PROMISE, "email": email}) for email in spellings))
        assert [answer[::2] for answer in answers] == [(200, "Look into your mail")] * 2
        assert rows(two.database) == {
            "supporters": number,
            "pledges": 2 * number,
            "confirm_links": number,
            "mails": 2 * number,
        }


def test_a_known_mailbox_promises_two_things_at_once_and_is_reminded_once(two: Two) -> None:
    for number in range(1, ROUNDS + 1):
        email = {"email": f"ana-{number}@example.org"}
        Visitor(two.app.test_client()).finish(**email)
        one = {**PROMISE, **email, "pledges": ["call", "give"]}
        other = {**PROMISE, **email, "pledges": ["visit", "give"], "may_contact": "y"}
        answers = two.post(("/pledge", one), ("/pledge", other))
        assert [answer[::2] for answer in answers] == [(200, "Look into your mail")] * 2
        assert len(two.all(Pledge)) == 3 * number
        assert len(mailed(two.app, "reminder")) == number


def test_a_household_has_two_places_and_no_third(two: Two) -> None:
    def promise(name: str) -> tuple[str, Any]:
        return "/pledge", {**PROMISE, "pledges": "call", "name": name, "email": f"home-{number}@example.org"}

    for number in range(1, ROUNDS + 1):
        names = ("Ben Reyes", "Ben Reyes") if number % 2 else ("Ben Reyes", "Eva Reyes")
        two.post(promise("Ana Reyes"), promise("Ana Reyes"))
        answers = two.post(*(promise(name) for name in names))
        assert [answer[::2] for answer in answers] == [(200, "Look into your mail")] * 2
        assert [pledge.slot for pledge in two.all(Pledge)] == [1, 2] * number
        names_kept = {pledge.name_hash for pledge in two.all(Pledge)}
        assert len(names_kept) in (2, 3)
        assert len(mailed(two.app, "reminder")) == number


def test_the_button_pressed_twice_confirms_once(two: Two) -> None:
    for number in range(1, ROUNDS + 1):
        visitor = Visitor(two.app.test_client())
        visitor.post("/pledge", {**PROMISE, "email": f"ana-{number}@example.org"})
        form = visitor.open(confirm_page(two.app)).filled("Yes, I promise this")
        assert [answer[::2] for answer in two.post(form, form)] == [(200, "Thank you. Your pledge counts")] * 2
        assert [pledge.confirmed_at is None for pledge in two.all(Pledge)] == [False, False] * number
        assert mailed(two.app, "reminder") == [], "who has confirmed is not reminded"
    two.database.write(counting.bring_forward)
    with two.database.read() as session:
        assert publishing.public_counts(session).pledges == 2 * ROUNDS
