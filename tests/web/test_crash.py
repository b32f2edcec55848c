"""A server that is killed just before a pledge is committed, or just after: its mail leaves once, or never."""

from __future__ import annotations

import json
import subprocess
import sys
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from campaign.config import ROOT, Settings
from campaign.database import Database
from tests.conftest import NOON
from tests.serving import NOBODY_LISTENS
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor, link_in, mailed, rows

KILLED = """
import json, os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import event
from campaign.app import create_app
from campaign.config import Settings
from campaign.database import Database

moment, path, data, given = json.loads(sys.argv[1])
given |= {"data_dir": Path(given["data_dir"]), "today": datetime.fromisoformat(given["today"])}
app = create_app(Settings(**given))
real = Database.write

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def write(database, fn):
    if moment == "before":
        event.listen(database.engine, "commit", die)
    real(database, fn)
    die()

Database.write = write
app.test_client().post(path, data=data)
"""

WORKER = """
import sys
from pathlib import Path
from campaign import keys, tasks
from campaign.config import Settings
from campaign.database import Database

settings = Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2])
print(tasks.mail_task(settings, keys.load(settings)).run(Database(settings.database_url)))
"""

EMAIL = "ana@example.org"
PROMISE = {"pledges": ["call"], "name": "Ana Reyes", "zip": "04101", "email": EMAIL}


@pytest.fixture
def url(any_database: Database) -> str:
    return any_database.url.render_as_string(hide_password=False)


@pytest.fixture
def app(make_app: MakeApp, url: str) -> Flask:
    """The application on either kind of database."""
    return make_app(database_url=url)


def kill(settings: Settings, url: str, moment: str, path: str, data: Any) -> None:
    """Send a form to a server that is killed at this moment."""
    given = {"data_dir": settings.data_dir, "database_url": url, "today": NOON, "census_url": NOBODY_LISTENS}
    listed = {name: data.getlist(name) for name in data} if hasattr(data, "getlist") else data
    told = json.dumps([moment, path, listed, {**given, "least_seconds": 0}], default=str)
    done = subprocess.run([sys.executable, "-c", KILLED, told], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()


def send_mails(settings: Settings, url: str) -> list[str]:
    """Let the worker of another process send what is due; the texts of all mails that have left so far."""
    folder = Path(settings.data_dir) / "mail"
    before = len(list(folder.glob("*.eml")))
    command = [sys.executable, "-c", WORKER, str(settings.data_dir), url]
    sent = int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    assert len(list(folder.glob("*.eml"))) == before + sent, "one that is sent again has the file that it had before"
    parser = BytesParser(policy=policy.default)
    return [parser.parsebytes(path.read_bytes()).get_content() for path in sorted(folder.glob("*.eml"))]


@pytest.mark.parametrize("letters", [pytest.param(False, marks=pytest.mark.soak), True], ids=["pledge", "letters"])
def test_killed_after_the_commit_its_mail_leaves_once(
    settings: Settings, app: Flask, visitor: Visitor, any_database: Database, url: str, letters: bool
) -> None:
    path, data = "/pledge", PROMISE
    if letters:
        path, data = visitor.write().filled("Finish my letters", pledges=["call"], email=EMAIL)
    kill(settings, url, "after", path, data)
    stored = {"supporters": 1, "pledges": 1, "confirm_links": 1, "mails": 2}
    assert rows(any_database) == stored | ({"messages": 1, "deliveries": 3} if letters else {})
    (text,) = send_mails(settings, url)
    before = rows(any_database)
    # Who got no answer sends the form again.
    assert visitor.post(path, data).heading == ("Your letters are ready" if letters else "Look into your mail")
    assert rows(any_database) == before
    assert send_mails(settings, url) == [text]
    link = link_in(text)
    assert visitor.open(link).press("Yes, I promise this").heading == "Thank you. Your pledge counts"
    assert mailed(app, "reminder") == []


@pytest.mark.parametrize("letters", [pytest.param(False, marks=pytest.mark.soak), True], ids=["pledge", "letters"])
def test_killed_before_the_commit_nothing_is_stored_and_no_mail_leaves(
    settings: Settings, app: Flask, visitor: Visitor, any_database: Database, url: str, letters: bool
) -> None:
    path, data = "/pledge", PROMISE
    if letters:
        path, data = visitor.write().filled("Finish my letters", pledges=["call"], email=EMAIL)
    kill(settings, url, "before", path, data)
    assert rows(any_database) == {}
    assert send_mails(settings, url) == []
    assert visitor.post(path, data).heading == ("Your letters are ready" if letters else "Look into your mail")
    assert len(send_mails(settings, url)) == 1


def test_a_button_killed_before_the_commit_has_confirmed_nothing(
    settings: Settings, app: Flask, visitor: Visitor, any_database: Database, url: str
) -> None:
    visitor.post("/pledge", PROMISE)
    (text,) = send_mails(settings, url)
    link = link_in(text)
    marks = visitor.open(link).filled("Yes, I promise this")[1].getlist("pledges")
    for moment, heading in (("before", "Confirm your pledge"), ("after", "Thank you. Your pledge counts")):
        kill(settings, url, moment, link, {"pledges": marks})
        assert visitor.open(link).heading == heading
        assert len(mailed(app, "reminder")) == (moment == "before")
    assert send_mails(settings, url) == [text]
