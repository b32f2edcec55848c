"""A made-up campaign: the same from the same seed, counted, marked, and removed without a trace of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from campaign import clock, demonstration, inventing, publishing, reports
from campaign.cli import cli
from campaign.config import EASTERN, Settings
from campaign.congress.seats import SEATS
from campaign.database import Database
from campaign.errors import Conflict
from campaign.inventing import Setting
from campaign.keys import Keys
from campaign.models import Base, Delivery, Gift, Message, Pledge
from campaign.recounting import differences

pytestmark = pytest.mark.sqlite  # it runs commands within the test, which end with connections open

Demo = Callable[..., Result]


@pytest.fixture
def demo(settings: Settings, database: Database) -> Demo:
    """Runs `campaign demo` on the test's database."""

    def run(*options: str) -> Result:
        return CliRunner().invoke(cli, ["demo", *options], env={"CAMPAIGN_DATA_DIR": str(settings.data_dir)})

    return run


def content(database: Database) -> dict[str, int]:
    """How many rows each table has, without those that have none."""
    with database.read() as session:
        found = {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }
        found["totals"] = sum(1 for _ in reports.cells(session, ""))  # a cell of nothing may stay
    return {name: n for name, n in found.items() if n}


def told(database: Database) -> list[Any]:
    """What of the rows chance has decided."""
    with database.read() as session:
        messages = select(Message.form_id, Message.state, Message.day, Message.partner, Message.originality)
        pledges = select(Pledge.kind, Pledge.state, Pledge.confirmed_at)
        gifts = select(Gift.reference, Gift.cents)
        return [list(session.execute(rows).all()) for rows in (messages, pledges, gifts, select(Delivery.seat))]


SMALL = ("--supporters", "700", "--until", "2026-11-24", "--days", "20")


def test_it_is_a_campaign_of_so_many_whose_figures_are_right(demo: Demo, database: Database) -> None:
    result = demo(*SMALL)
    assert result.exit_code == 0, result.output
    with database.read() as session:
        assert demonstration.is_there(session)
        assert demonstration.left(session) == 700
        (total,) = reports.table(session)
        assert total.letters + total.quarantined == 700
        assert 0 < total.quarantined < 70
        assert 0 < total.reached < total.letters
        assert 0 < sum(total.confirmed.values()) < sum(total.pledged.values())
        assert 0 < total.gifts < total.handovers
        days = [row.key for row in reports.table(session, "day")]
        assert (min(days), max(days)) >= (date(2026, 11, 5), date(2026, 11, 24))  # type: ignore[type-var]
        assert len(reports.table(session, "state")) > 30
        assert publishing.public_counts(session).letters == total.letters
        assert reports.originality(session) in range(35, 70)
        kept = session.scalar(select(func.count()).where(Message.sealed.is_not(None)))
        assert kept == session.scalar(select(func.count()).where(Message.may_print))
    with database.read() as session:
        assert differences(session) == {}


def test_the_same_seed_makes_the_same_one_and_another_another(demo: Demo, database: Database) -> None:
    found = []
    for seed in ("7", "7", "8"):
        assert demo(*SMALL, "--seed", seed).exit_code == 0
        found.append(told(database))
        assert demo("--remove").exit_code == 0
    assert found[0] == found[1] != found[2]


def test_it_is_removed_and_what_real_people_wrote_stays_and_is_counted(
    demo: Demo, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(database)
    monkeypatch.setattr(demonstration, "REMOVED_AT_ONCE", 150)
    assert demo(*SMALL).exit_code == 0
    row = {"form_id": "real", "content_hash": "", "letter": "l", "state": "ME", "day": date(2026, 11, 24)}
    with database.read() as session:
        moment = session.scalars(select(Message.created_at).limit(1)).one()
    database.write(lambda session: session.add(Message(**row, created_at=moment, text_until=moment)))
    result = demo("--remove")
    assert result.exit_code == 0, result.output
    assert content(database) == {**before, "messages": 1}
    with database.read() as session:
        assert differences(session) == {}
        assert not demonstration.is_there(session)


def test_nobody_comes_in_the_future(demo: Demo, database: Database) -> None:
    assert demo("--supporters", "300", "--days", "2").exit_code == 0
    with database.read() as session:
        last = session.scalar(select(func.max(Message.created_at)))
    assert last is not None
    assert last <= clock.wall()


def test_it_is_not_mixed_with_another_or_with_what_is_real(demo: Demo, database: Database, now: datetime) -> None:
    assert demo("--supporters", "3").exit_code == 0
    assert isinstance(demo("--supporters", "3").exception, Conflict)
    assert demo("--remove").exit_code == 0
    row = {"form_id": "real", "content_hash": "", "letter": "l", "state": "ME", "day": now.date(), "created_at": now}
    database.write(lambda session: session.add(Message(**row, text_until=now)))
    result = demo("--supporters", "3")
    assert isinstance(result.exception, Conflict)
    assert "real people" in str(result.exception)
    assert content(database) == {"messages": 1}


def test_on_postgresql_as_well(postgresql_database: Database, keys: Keys, now: datetime) -> None:
    holders = dict.fromkeys(SEATS, "M000001")
    setting = Setting(["l", "m"], ["call", "visit"], ["relief"], holders, EASTERN, now.date(), 20)
    people = list(inventing.invent(1, setting, 300))
    server = postgresql_database
    server.write(lambda session: demonstration.begin(session, 1, 300, now))
    server.write(lambda session: demonstration.store(session, keys, people, [None] * 300, now))
    with server.read() as session:
        assert differences(session) == {}
        assert demonstration.left(session) == 300
    while server.write(demonstration.remove_some):
        pass
    with server.read() as session:
        assert differences(session) == {}
    assert content(server) == {}
