"""What is destroyed when its time is over, and not before."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from campaign import clock, compose, mail, purges, tasks
from campaign.addresses import Address
from campaign.compose import Origin, Signer, Text
from campaign.config import Settings
from campaign.counting import differences
from campaign.database import Database
from campaign.delivery.outbox import KEPT
from campaign.keys import Keys
from campaign.letters import Bank, load
from campaign.models import Consent, Delivery, Mail, Message, Pledge, Supporter

HOME = Address("12 Congress Street", "Portland", "ME", "04101")


def write(database: Database, keys: Keys, now: datetime, number: int) -> None:
    origin = Origin(f"form-{number}", "restore-u4u", None, "ME-01", congress=119, day=now.date(), now=now)
    signer = Signer("Ana Reyes", HOME, f"person-{number}@example.org", may_contact=True)
    texts = [Text("ME-01", "X100001", "Subject", "Body")]
    database.write(lambda session: compose.write_message(session, keys, origin, signer, texts, ["call"]))


def rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        models = (Consent, Delivery, Mail, Message, Pledge, Supporter)
        return {one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in models}


@pytest.fixture
def bank(settings: Settings) -> Bank:
    return load(settings.letters_dir)


@pytest.mark.parametrize(
    ("moment", "over"),
    [
        (datetime(2027, 1, 30, 23, 59, tzinfo=UTC), False),
        (datetime(2027, 1, 31, 4, 59, tzinfo=UTC), False),  # the campaign is in New York
        (datetime(2027, 1, 31, 5, 0, tzinfo=UTC), True),
    ],
)
def test_thirty_days_after_the_campaign_nobody_is_known_and_the_counts_are_the_same(
    database: Database,
    keys: Keys,
    bank: Bank,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    moment: datetime,
    over: bool,
) -> None:
    monkeypatch.setattr(purges, "PEOPLE_AT_ONCE", 2)
    for number in range(5):
        write(database, keys, now, number)
    tasks.count(database)
    monkeypatch.setattr(clock, "wall", lambda: moment)
    campaign = msgspec.structs.replace(bank.campaign, ends=date(2026, 12, 31))
    assert purges.purge_people(database, campaign) == (5 if over else 0)
    kept = {"messages": 5, "pledges": 5}
    known = {"consents": 5, "deliveries": 5, "mails": 0, "supporters": 5}
    assert rows(database) == kept | (dict.fromkeys(known, 0) if over else known)
    assert purges.purge_people(database, campaign) == 0
    with database.read() as session:
        assert differences(session) == {}
        assert session.scalar(select(func.count()).where(Message.sealed.is_not(None))) == (0 if over else 5)


def test_a_campaign_without_a_last_day_forgets_nobody(
    database: Database, keys: Keys, bank: Bank, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, keys, now, 1)
    monkeypatch.setattr(clock, "wall", lambda: now + timedelta(days=36_500))
    assert bank.campaign.ends is None
    assert purges.purge_people(database, bank.campaign) == 0
    assert rows(database)["supporters"] == 1


def test_mails_in_files_go_when_the_others_do(
    settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("old", "new"):
        mail.send(settings, mail.Mail("ana@example.org", "Subject", "Text", name, now))
    other = settings.data_dir / "mail" / "notes.txt"
    other.write_text("an operator's")
    monkeypatch.setattr(clock, "wall", lambda: now)
    before = (now - KEPT).timestamp()
    for path, age in ((file("old", settings), -1), (file("new", settings), 1), (other, -1)):
        os.utime(path, (before + age, before + age))
    assert purges.purge_mail_files(settings) == 1
    assert sorted(path.name for path in (settings.data_dir / "mail").iterdir()) == ["new.eml", "notes.txt"]
    assert purges.purge_mail_files(replace(settings, data_dir=settings.data_dir / "nowhere")) == 0


def file(name: str, settings: Settings) -> Path:
    return settings.data_dir / "mail" / f"{name}.eml"
