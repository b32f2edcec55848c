"""What is destroyed when its time is over, and not before."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Session

from campaign import clock, compose, confirming, mail, partners, pledges, purges, supporters, tasks
from campaign.addresses import Address
from campaign.compose import Origin, Signer, Text
from campaign.config import Settings
from campaign.database import Database
from campaign.delivery.outbox import KEPT
from campaign.keys import Keys
from campaign.letters import Bank, load
from campaign.models import Base, Consent, Delivery, Mail, Message, Pledge, Supporter
from campaign.pledges import Occasion, Person
from campaign.recounting import differences

FORGOTTEN = ("supporters", "messages", "clicks")
"""Tables from which rows are deleted, and to which others refer."""

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

    def add(session: Session) -> None:
        partners.add(session, "parish", "Parish", ["https://parish.example"], now=now)
        partners.change_email(session, keys, "parish", "office@parish.example")

    database.write(add)
    monkeypatch.setattr(clock, "wall", lambda: moment)
    campaign = msgspec.structs.replace(bank.campaign, ends=date(2026, 12, 31))
    assert purges.purge_people(database, campaign) == (5 if over else 0)
    kept = {"messages": 5, "pledges": 5}
    known = {"consents": 5, "deliveries": 5, "mails": 0, "supporters": 5}
    assert rows(database) == kept | (dict.fromkeys(known, 0) if over else known)
    assert purges.purge_people(database, campaign) == 0
    with database.read() as session:
        assert differences(session) == {}
        assert partners.email_of(session, keys, "parish") == (None if over else "office@parish.example")
        assert session.scalar(select(func.count()).where(Message.sealed.is_not(None))) == (0 if over else 5)


def test_what_nobody_confirms_goes_in_small_parts(
    any_database: Database, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store(session: Session) -> None:
        for number in range(7):
            email = f"person-{number}@example.org"
            who = supporters.find_or_add(session, keys, email, may_contact=False, now=now)
            pledges.make(session, Person(who), ["call"], Occasion("ME", now.date(), now))
            confirming.ask(session, keys, email, lambda token, _kinds, _reminder: ("Subject", token), now=now)

    any_database.write(store)
    write(any_database, keys, now, 8)  # whose pledge goes, and who stays
    before, parts = sum(rows(any_database).values()), []
    monkeypatch.setattr(purges, "ROWS_AT_ONCE", 3)
    plainly = Database.write

    def write_and_look(self: Database, fn: Callable[[Session], Any]) -> Any:
        found = plainly(self, fn)
        parts.append(rows(self))
        return found

    monkeypatch.setattr(Database, "write", write_and_look)
    monkeypatch.setattr(clock, "wall", lambda: now + confirming.LINK_LIFE)
    assert purges.purge_unconfirmed(any_database) == 8
    left = [before, *(sum(part.values()) for part in parts)]
    assert max(earlier - later for earlier, later in pairwise(left)) == 3
    assert parts[-1] == {"consents": 1, "deliveries": 1, "mails": 0, "messages": 1, "pledges": 0, "supporters": 1}
    assert purges.purge_unconfirmed(any_database) == 0


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "key",
    [
        key
        for table in Base.metadata.tables.values()
        for key in sorted(table.foreign_keys, key=lambda key: str(key.parent))
        if key.column.table.name in FORGOTTEN
    ],
    ids=lambda key: str(key.parent),
)
def test_who_is_deleted_is_found_by_an_index_where_they_are_referred_to(database: Database, key: ForeignKey) -> None:
    asked = select(key.parent).where(key.parent == 1).compile(compile_kwargs={"literal_binds": True})
    with database.engine.connect() as connection:
        plan = [row[3].split()[0] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    assert plan == ["SEARCH"]


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
