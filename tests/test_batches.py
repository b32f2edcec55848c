"""Crowds into quarantine and back: exactly those that are meant, once, whoever is killed or tries at the same time."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaign import batches, clock, partners, purges, recounting, reports, tasks
from campaign.batches import Filter
from campaign.database import Database
from campaign.errors import Malformed
from campaign.models import Batch, Message, Pledge
from campaign.screening import SIGNS_LIFE

ORA = "ora@example.org"


def add(database: Database, now: datetime, count: int = 1, **signs: Any) -> None:
    """Store so many messages and as many confirmed pledges."""

    def fill(session: Session) -> None:
        before = len(session.scalars(select(Message.id)).all())
        for number in range(before, before + count):
            shared = {"state": "ME", "day": now.date(), "created_at": now, **signs}
            session.add(Message(form_id=f"{number}", content_hash="", letter="l", text_until=now, **shared))
            session.add(Pledge(kind="call", confirmed_at=now, **shared))

    database.write(fill)


def start(database: Database, now: datetime, action: str = "invalidate", **wanted: str) -> int:
    return database.write(
        lambda session: batches.start(session, Filter(**wanted), action, "a bot", ORA, now=now + timedelta(minutes=1))
    )


def away(database: Database) -> tuple[list[int], list[int]]:
    """The ids of the messages and pledges that are in quarantine."""
    with database.read() as session:
        found = [
            list(session.scalars(select(model.id).where(model.quarantined_at.is_not(None)).order_by(model.id)))
            for model in (Message, Pledge)
        ]
    return found[0], found[1]


def totals(database: Database) -> dict[tuple[str, str], int]:
    tasks.count(database)
    with database.read() as session:
        assert recounting.differences(session) == {}
    with database.read() as session:
        found = {(figure, kind): n for _key, figure, kind, n in reports.cells(session, "")}
    return {cell: n for cell, n in found.items() if cell[0] in ("letters", "confirmed")}


def test_a_batch_moves_the_counts_and_says_who_and_why(any_database: Database, now: datetime) -> None:
    add(any_database, now, 3, network_hash="bot")
    add(any_database, now, 2, network_hash="hall")
    assert sum(totals(any_database).values()) == 10
    number = start(any_database, now, network_hash="bot")
    assert tasks.run_batches(any_database) == 6
    assert away(any_database) == ([1, 2, 3], [1, 2, 3])
    assert totals(any_database) == {("letters", ""): 2, ("confirmed", "call"): 2}
    with any_database.read() as session:
        (batch,) = batches.newest(session)
        assert (batch.organizer, batch.reason, batch.filter) == (ORA, "a bot", {"network_hash": "bot"})
        assert (batch.messages, batch.pledges, batch.done_at is None) == (3, 3, False)
        assert {row.quarantined_for for row in session.scalars(select(Pledge))} == {f"batch-{number}", None}
    start(any_database, now, "restore", quarantined_for=f"batch-{number}")
    assert tasks.run_batches(any_database) == 6
    assert (away(any_database), sum(totals(any_database).values())) == (([], []), 10)


def test_undoing_a_batch_leaves_alone_what_was_quarantined_for_something_else(
    database: Database, now: datetime
) -> None:
    add(database, now, 1, network_hash="bot", quarantined_at=now, quarantined_for="trap burst")
    add(database, now, 2, network_hash="bot")
    number = start(database, now, network_hash="bot")
    assert tasks.run_batches(database) == 4
    start(database, now, "restore", quarantined_for=f"batch-{number}")
    assert tasks.run_batches(database) == 4
    assert away(database) == ([1], [1])
    start(database, now, "restore", quarantined_for="burst")
    assert tasks.run_batches(database) == 2
    assert away(database) == ([], [])


CASES: list[tuple[dict[str, str], list[int]]] = [
    ({"network_hash": "n"}, [1, 2]),
    ({"domain_hash": "d"}, [3]),
    ({"words_hash": "w"}, [4]),
    ({"partner": "parish"}, [2, 5]),
    ({"network_hash": "n", "partner": "parish"}, [2]),
    ({"since": "2026-11-24T12:07:00-05:00"}, [6, 7]),
    ({"since": "2026-11-24T12:07:00-05:00", "until": "2026-11-24T12:08:00-05:00"}, [6]),
    ({"until": "2026-11-24T17:00:00+00:00"}, []),
    ({"network_hash": "%"}, []),
    ({"network_hash": "' OR 1 --"}, []),
]


@pytest.mark.parametrize(("wanted", "ids"), CASES)
def test_a_filter_finds_what_fits_all_of_it(
    any_database: Database, now: datetime, wanted: dict[str, str], ids: list[int]
) -> None:
    any_database.write(lambda session: partners.add(session, "parish", "Parish", ["https://a.example"], now=now))
    for signs in (
        {"network_hash": "n"},
        {"network_hash": "n", "partner": "parish"},
        {"domain_hash": "d"},
        {"words_hash": "w"},
        {"partner": "parish"},
    ):
        add(any_database, now, **signs)
    add(any_database, datetime(2026, 11, 24, 17, 7, 30, tzinfo=UTC))
    add(any_database, datetime(2026, 11, 24, 17, 8, tzinfo=UTC))
    with any_database.read() as session:
        found = batches.count(session, Filter(**wanted), "invalidate")
    assert found == {"messages": len(ids), "pledges": len(ids)}
    start(any_database, now + timedelta(hours=1), **wanted)
    tasks.run_batches(any_database)
    assert away(any_database) == (ids, ids)


@pytest.mark.parametrize("noun", ["messages", "pledges"])
def test_a_filter_may_be_for_one_of_the_two(database: Database, now: datetime, noun: str) -> None:
    add(database, now, 2, network_hash="n")
    start(database, now, network_hash="n", noun=noun)
    assert tasks.run_batches(database) == 2
    assert away(database) == (([1, 2], []) if noun == "messages" else ([], [1, 2]))


def test_every_field_of_a_filter_narrows_it(database: Database, now: datetime) -> None:
    narrowing = {field.name for field in fields(Filter)} - {"noun", "domain"}
    tried = {name for wanted, _ids in CASES for name in wanted} | {"quarantined_for"}
    assert tried == narrowing


@pytest.mark.parametrize(
    ("field", "wanted", "action", "reason"),
    [
        ("filter", {}, "invalidate", "why"),
        ("filter", {"noun": "pledges"}, "restore", "why"),
        ("reason", {"network_hash": "n"}, "invalidate", " \n"),
        ("reason", {"network_hash": "n"}, "invalidate", "x" * 301),
        ("action", {"network_hash": "n"}, "delete", "why"),
    ],
)
def test_what_is_not_said_is_asked_for(
    database: Database, now: datetime, field: str, wanted: dict[str, str], action: str, reason: str
) -> None:
    with pytest.raises(Malformed) as refused:
        database.write(lambda session: batches.start(session, Filter(**wanted), action, reason, ORA, now=now))
    assert refused.value.field == field
    with database.read() as session:
        assert session.scalars(select(Batch)).all() == []


def test_what_comes_after_a_batch_was_asked_for_is_left_alone(database: Database, now: datetime) -> None:
    add(database, now, 1, network_hash="n")
    start(database, now, network_hash="n")
    add(database, now + timedelta(minutes=2), 1, network_hash="n")
    tasks.run_batches(database)
    assert away(database) == ([1], [1])


def test_a_batch_goes_in_steps_and_on_where_it_was_killed(
    any_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "STEP", 2)
    add(any_database, now, 5, network_hash="n")
    start(any_database, now, network_hash="n")

    def step(fails: bool = False) -> int:
        with any_database.read() as session:
            found = batches.next_step(session)
        assert found

        def work(session: Session) -> int:
            done = batches.take(session, found, now)
            if fails:
                raise ZeroDivisionError
            return done

        return any_database.write(work)

    assert step() == 2
    with pytest.raises(ZeroDivisionError):
        step(fails=True)
    assert away(any_database) == ([1, 2], [])
    assert tasks.run_batches(any_database) == 8
    with any_database.read() as session:
        (batch,) = batches.newest(session)
        assert (batch.messages, batch.pledges, batches.next_step(session)) == (5, 5, None)


def test_two_workers_with_the_same_step_do_it_once(any_database: Database, now: datetime) -> None:
    add(any_database, now, 3, network_hash="n")
    start(any_database, now, network_hash="n")
    with any_database.read() as session:
        one = batches.next_step(session)
    assert one
    done = [any_database.write(lambda session: batches.take(session, one, now)) for _ in range(2)]
    assert done == [3, 0]
    assert tasks.run_batches(any_database) == 3
    with any_database.read() as session:
        (batch,) = batches.newest(session)
        assert (batch.messages, batch.pledges) == (3, 3)


def test_batches_are_done_in_their_order(database: Database, now: datetime) -> None:
    add(database, now, 2, network_hash="n")
    start(database, now, network_hash="n")
    start(database, now, "restore", network_hash="n")
    assert tasks.run_batches(database) == 8
    assert away(database) == ([], [])


def test_rows_and_their_makers_stay(database: Database, now: datetime) -> None:
    add(database, now, 2, network_hash="n")
    start(database, now, network_hash="n")
    tasks.run_batches(database)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM messages")) == 2
        assert session.scalar(text("SELECT count(*) FROM pledges WHERE confirmed_at IS NOT NULL")) == 2


def test_what_a_batch_looked_for_is_forgotten_when_the_rows_forget_it_and_can_be_undone(
    any_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs = {"network_hash": "n", "domain_hash": "d", "words_hash": "w"}
    add(any_database, now, 2, **signs)
    asked = now + timedelta(minutes=1)
    first = start(any_database, now, **signs, domain="smith.example", since=now.isoformat())
    tasks.run_batches(any_database)
    start(any_database, now, noun="pledges", network_hash="other")  # which no worker has come to

    def filters(at: datetime) -> list[dict[str, Any]]:
        monkeypatch.setattr(clock, "wall", lambda: at)
        purges.forget_signs(any_database)
        with any_database.read() as session:
            return [batch.filter for batch in reversed(batches.newest(session))]

    kept = [
        {**signs, "domain": "smith.example", "since": now.isoformat()},
        {"noun": "pledges", "network_hash": "other"},
    ]
    assert filters(asked + SIGNS_LIFE - timedelta(seconds=1)) == kept
    gone = dict.fromkeys((*signs, "domain"), "")
    assert filters(asked + SIGNS_LIFE) == [{**gone, "since": now.isoformat()}, kept[1]]
    tasks.run_batches(any_database)
    assert filters(asked + SIGNS_LIFE)[1] == {"noun": "pledges", "network_hash": ""}
    assert purges.forget_signs(any_database) == 0
    with any_database.read() as session:
        (batch,) = (one for one in batches.newest(session) if one.id == first)
        assert (batch.messages, batch.pledges, batch.reason, batch.organizer) == (2, 2, "a bot", ORA)
    start(any_database, clock.wall(), "restore", quarantined_for=f"batch-{first}")
    assert tasks.run_batches(any_database) == 4
    assert away(any_database) == ([], [])


def test_what_is_quarantined_is_told_by_why(database: Database, now: datetime) -> None:
    add(database, now, 2, quarantined_at=now, quarantined_for="trap")
    add(database, now, 3, quarantined_at=now, quarantined_for="batch-1")
    add(database, now, 4)
    with database.read() as session:
        assert batches.quarantined(session) == {
            "batch-1": {"messages": 3, "pledges": 3},
            "trap": {"messages": 2, "pledges": 2},
        }
