"""The wall clock is put back an hour, or forward a year, between a pledge, its mail, its confirmation and the purge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from campaign import clock, pledges, tasks
from campaign.config import Settings
from campaign.confirming import LINK_LIFE, REMIND_AFTER
from campaign.database import Database
from campaign.delivery import outbox
from campaign.keys import Keys
from campaign.models import Pledge
from tests.web.visitor import Visitor, link_in, rows

HOUR, MINUTE, YEAR = timedelta(hours=1), timedelta(minutes=1), timedelta(days=365)
EMAIL = "ana@example.org"
PROMISE = {"pledges": ["call"], "name": "Ana Reyes", "zip": "04101", "email": EMAIL}
STEPS = ("pledge", "mail", "reminder", "confirmation")


@dataclass
class Site:
    """What happens at a site whose clock can be set."""

    app: Flask
    settings: Settings
    database: Database
    keys: Keys
    now: datetime = datetime(2026, 11, 24, 17, tzinfo=UTC)
    sent: list[outbox.Mail] = field(default_factory=list)
    leap: timedelta = timedelta()
    """By how much the clock changes while a mail is being sent."""

    def work(self) -> None:
        """What a worker does in one turn: what fails fails the test."""
        for task in (*tasks.TASKS, tasks.mail_task(self.settings, self.keys)):
            task.run(self.database)

    def pledge(self, **answers: Any) -> None:
        visitor = Visitor(self.app.test_client()).post("/pledge", {**PROMISE, **answers})
        assert visitor.heading == "Look into your mail"

    def letters(self) -> list[tuple[str, str]]:
        """Kind and link of every mail that has left."""
        found = []
        for mail in self.sent:
            found.append((mail.subject.partition(" your pledge")[0].partition(":")[0], link_in(mail.text)))
        return found

    def open(self, link: str) -> Visitor:
        return Visitor(self.app.test_client()).open(link)

    def confirmed(self) -> list[bool]:
        with self.database.read() as session:
            return [row.confirmed_at is not None for row in session.scalars(select(Pledge).order_by(Pledge.id))]


@pytest.fixture
def site(app: Flask, settings: Settings, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site(app, replace(settings, network_limits=""), database, keys)
    monkeypatch.setattr(clock, "wall", lambda: made.now)

    def send(_settings: Settings, mail: outbox.Mail) -> None:
        made.sent.append(mail)
        made.now += made.leap

    monkeypatch.setattr("campaign.mail.send", send)
    return made


CONFIRM, REMINDER = "Confirm", "Still waiting"


@pytest.mark.parametrize("shift", [-HOUR, HOUR, YEAR], ids=["back", "forward", "a year"])
@pytest.mark.parametrize("before", [*STEPS[1:], "purge"])
def test_no_mail_twice_and_what_is_confirmed_stays(site: Site, before: str, shift: timedelta) -> None:
    def come(step: str, after: timedelta) -> None:
        site.now += after + (shift if step == before else timedelta())

    over = shift == YEAR
    site.pledge()
    come("mail", MINUTE)
    for _ in range(2):
        site.work()
    come("reminder", REMIND_AFTER)
    for _ in range(2):
        site.work()
    come("confirmation", 2 * HOUR)  # a reminder that is due an hour later has left now, too
    site.work()
    sent = site.letters()
    assert [subject for subject, _link in sent].count(CONFIRM) <= 1
    assert [subject for subject, _link in sent].count(REMINDER) <= 1
    if over and before != "purge":  # nobody has confirmed within two weeks
        assert rows(site.database).keys() <= {"mails"}
        assert {site.open(link).status for _subject, link in sent} <= {404}
        return
    assert [subject for subject, _link in sent] == [CONFIRM, REMINDER]
    assert sent[0][1] == sent[1][1]
    assert site.open(sent[0][1]).press("Yes, I promise this").heading == "Thank you. Your pledge counts"
    come("purge", LINK_LIFE)
    for _ in range(2):
        site.work()
    assert site.confirmed() == [True]
    assert site.letters() == sent
    assert site.open(sent[0][1]).status == 404


def test_nobody_is_reminded_of_what_is_forgotten(site: Site) -> None:
    site.pledge()
    site.now += LINK_LIFE + MINUTE  # the worker stood still, or the clock has leapt
    site.work()
    site.now += YEAR
    site.work()
    assert site.letters() == []
    assert rows(site.database) == {}


@pytest.mark.parametrize("shift", [-HOUR, YEAR], ids=["back", "a year"])
def test_a_form_sent_twice_around_the_change_mails_once(site: Site, shift: timedelta) -> None:
    site.pledge()
    site.now += shift
    site.pledge()
    site.now += 2 * HOUR
    site.work()
    assert len([subject for subject, _link in site.letters() if subject == CONFIRM]) == 1


def test_whoever_pledged_while_the_clock_was_a_year_ahead_pledges_again_when_it_is_right(site: Site) -> None:
    site.now += YEAR
    for kind in ("call", "give", "visit"):
        site.pledge(pledges=[kind])
        site.now += 2 * pledges.REPEAT
    site.now -= YEAR
    site.pledge()
    site.work()
    ((_kind, link),) = site.letters()
    assert site.open(link).heading == "Confirm your pledge"
    site.now += LINK_LIFE
    assert site.open(link).status == 404


@pytest.mark.parametrize("leap", [-HOUR, YEAR], ids=["back", "a year"])
def test_a_mail_in_hand_while_the_clock_changes_is_sent_once(site: Site, leap: timedelta) -> None:
    site.pledge()
    site.leap = leap
    site.work()
    site.leap = timedelta()
    for _ in range(2):
        site.now += 2 * HOUR
        site.work()
    kinds = [kind for kind, _link in site.letters()]
    assert kinds.count(CONFIRM) == 1
    assert kinds.count(REMINDER) <= 1, "it has left while the clock was ahead, or waits"


def test_whose_link_is_over_pledges_once_more_and_a_new_one_comes(site: Site) -> None:
    """As the page says on which the old link ends; also before the worker has forgotten the pledge."""
    site.pledge()
    site.work()
    ((_kind, old),) = site.letters()
    site.now += LINK_LIFE
    assert "Pledge once more, and a new one comes." in site.open(old).text
    site.pledge()
    site.work()
    assert [kind for kind, _link in site.letters()] == [CONFIRM, CONFIRM]
    new = site.letters()[-1][1]
    assert site.open(new).press("Yes, I promise this").heading == "Thank you. Your pledge counts"
    assert site.open(old).status == 404
    assert site.confirmed() == [True]
