"""The totals are the rows that count, whatever happens while they are counted."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.orm import Session

from campaign import counting, partners
from campaign.config import ROOT
from campaign.counting import Cell, bring_forward, compare, delete_rows, differences, is_behind
from campaign.database import Database
from campaign.models import Click, Message, Pledge, Total
from campaign.models.click import ASKERS


def add(database: Database, now: datetime, *rows: tuple[Any, ...]) -> None:
    """Store rows: `("message", state, partner)`, `("pledge", kind, state, partner, confirmed)`, and
    `("click", state, partner, by)`."""

    def fill(session: Session) -> None:
        for number, (noun, *about) in enumerate(rows):
            shared = {"day": now.date(), "created_at": now}
            if noun == "message":
                state, partner = about
                form_id = f"{session.scalar(select(Message.id).order_by(Message.id.desc()).limit(1))}-{number}"
                more = {"form_id": form_id, "content_hash": "", "letter": "l", "text_until": now}
                session.add(Message(state=state, partner=partner, **more, **shared))
            elif noun == "pledge":
                kind, state, partner, confirmed = about
                moment = now if confirmed else None
                session.add(Pledge(kind=kind, state=state, partner=partner, confirmed_at=moment, **shared))
            else:
                state, partner, by = about
                session.add(Click(destination="give", state=state, partner=partner, by=by, **shared))

    database.write(fill)


def totals(database: Database) -> dict[Cell, int]:
    with database.read() as session:
        assert differences(session) == {}
        rows = session.execute(select(Total.figure, Total.kind, Total.state, Total.partner, Total.n))
        return {Cell(*cell): n for *cell, n in rows if n}


def behind(database: Database) -> bool:
    with database.read() as session:
        return is_behind(session)


def test_what_counts_is_counted_once_by_all_it_is_counted_by(any_database: Database, now: datetime) -> None:
    any_database.write(lambda session: partners.add(session, "parish", "Parish", ["https://a.example"], now=now))
    assert not behind(any_database)
    rows = [("message", "ME", None), ("message", "ME", "parish"), ("message", "ME", "parish")]
    rows += [("pledge", "call", "NY", "parish", True), ("pledge", "call", "NY", "parish", False)]
    rows += [("click", None, None, "person"), *(("click", "ME", None, by) for by in ASKERS)]
    add(any_database, now, *rows)
    assert behind(any_database)
    assert [any_database.write(bring_forward), any_database.write(bring_forward)] == [6, 0]
    assert not behind(any_database)
    assert totals(any_database) == {
        Cell("letters", "", "ME", ""): 1,
        Cell("letters", "", "ME", "parish"): 2,
        Cell("pledges", "call", "NY", "parish"): 1,
        Cell("handovers", "", "", ""): 1,
        Cell("handovers", "", "ME", ""): 1,
    }


def test_a_pledge_counts_from_its_confirmation_on_and_no_longer_when_that_is_taken_back(
    any_database: Database, now: datetime
) -> None:
    add(any_database, now, *[("pledge", "call", "ME", None, number < 2) for number in range(5)])

    def confirm(moment: datetime | None, *ids: int) -> int:
        change = update(Pledge).where(Pledge.id.in_(ids)).values(confirmed_at=moment)
        any_database.write(lambda session: session.execute(change).close())
        any_database.write(bring_forward)
        return totals(any_database).get(Cell("pledges", "call", "ME", ""), 0)

    assert confirm(now, 1) == 2
    assert confirm(now, 3, 4) == 4
    assert confirm(None, 1, 2, 3) == 1
    assert confirm(now, 1, 2, 3, 4, 5) == 5
    assert confirm(None, 1, 2, 3, 4, 5) == 0


def test_a_batch_takes_so_many_rows_and_no_more(any_database: Database, now: datetime) -> None:
    add(any_database, now, *[("message", "ME", None)] * 5, *[("click", None, None, "person")] * 5)
    done = [any_database.write(lambda session: bring_forward(session, 4)) for _ in range(4)]
    assert done == [4, 4, 2, 0]
    assert sum(totals(any_database).values()) == 10


def test_a_batch_that_fails_has_counted_nothing(any_database: Database, now: datetime) -> None:
    add(any_database, now, *[("message", "ME", None)] * 3)

    def fail(session: Session) -> None:
        assert bring_forward(session) == 3
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        any_database.write(fail)
    assert (totals(any_database), behind(any_database)) == ({}, True)
    assert any_database.write(bring_forward) == 3


KILLED = """
import os, signal, sys
from campaign import counting
from campaign.database import Database

def work(session):
    assert counting.bring_forward(session) == 3
    os.kill(os.getpid(), signal.SIGKILL)

Database(sys.argv[1]).write(work)
"""


def test_a_counter_that_is_killed_has_counted_nothing_and_keeps_nobody_from_counting(
    any_database: Database, now: datetime
) -> None:
    add(any_database, now, *[("message", "ME", None)] * 3)
    url = any_database.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, env=dict(os.environ), check=False)
    assert killed.returncode == -9
    assert totals(any_database) == {}
    done = 0
    while behind(any_database):  # the server takes a moment to see that the connection is gone
        done += any_database.write(bring_forward)
    assert (done, totals(any_database)) == (3, {Cell("letters", "", "ME", ""): 3})


def test_the_rows_that_differ_are_found_by_an_index_that_holds_no_others(any_database: Database) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(any_database.engine, "before_cursor_execute", lambda *about: asked.append((about[2], about[3])))
    with any_database.read() as session:
        if any_database.is_sqlite:
            explain = "EXPLAIN QUERY PLAN"
        else:
            explain = "EXPLAIN"
            session.execute(text("SET LOCAL enable_seqscan = off"))  # empty tables would be read as they are
        is_behind(session)
        bring_forward(session)
        queries = {query: values for query, values in asked if "counted <> (" in query}
        assert len(queries) == 6
        for query, values in queries.items():
            (table,) = [name for name in ("messages", "pledges", "clicks") if f"FROM {name}" in query]
            plan = session.connection().exec_driver_sql(f"{explain} {query}", values).all()
            assert f"ix_{table}_to_count" in str(plan), plan


def test_on_postgresql_a_second_counter_does_nothing_and_rows_in_hand_are_left_for_later(
    postgresql_database: Database, now: datetime
) -> None:
    server = postgresql_database
    add(server, now, *[("pledge", "call", "ME", None, True)] * 4)
    with Session(server.engine) as writer, Session(server.engine) as one, Session(server.engine) as other:
        writer.execute(
            update(Pledge).where(Pledge.id == select(Pledge.id).limit(1).scalar_subquery()).values(state="NY")
        )
        assert bring_forward(one, limit=2) == 2
        other.execute(text("SET LOCAL lock_timeout = '2s'"))  # one that counted would wait for this very thread
        assert bring_forward(other) == 0  # though one is left
        other.commit()
        one.commit()
        assert bring_forward(other) == 1  # the fourth is still in the writer's hands
        other.commit()
        writer.commit()
        assert bring_forward(other) == 1
        other.commit()
    assert totals(server) == {Cell("pledges", "call", "ME", ""): 3, Cell("pledges", "call", "NY", ""): 1}


def test_a_comparison_finds_what_differs_and_puts_it_right(any_database: Database, now: datetime) -> None:
    more = [("click", None, None, "person"), ("pledge", "call", "ME", None, True)]
    add(any_database, now, *[("message", "ME", None)] * 3, *more)
    any_database.write(lambda session: bring_forward(session, 4))  # one is not counted yet: that is no difference
    assert any_database.write(compare) == {}
    right = totals(any_database)

    def spoil(session: Session) -> None:
        session.execute(update(Total).where(Total.figure == "letters").values(n=7))
        session.execute(text("DELETE FROM totals WHERE figure = 'pledges'"))
        session.add(Total(figure="letters", kind="", state="WY", partner="", n=2))

    any_database.write(spoil)
    found = {Cell("letters", "", "ME", ""): -4, Cell("letters", "", "WY", ""): -2}
    found[Cell("pledges", "call", "ME", "")] = 1
    with any_database.read() as session:
        assert differences(session) == found
    assert any_database.write(compare) == found
    assert totals(any_database) == right
    assert any_database.write(compare) == {}


def test_rows_that_are_deleted_leave_the_totals_if_they_were_in_them(any_database: Database, now: datetime) -> None:
    add(any_database, now, *[("pledge", "call", "ME", None, True)] * 3, ("pledge", "call", "NY", None, False))
    any_database.write(lambda session: bring_forward(session, 2))
    assert any_database.write(lambda session: delete_rows(session, "pledges", Pledge.id.in_([2, 3, 4]))) == 3
    assert totals(any_database) == {Cell("pledges", "call", "ME", ""): 1}
    assert not behind(any_database)


def test_everything_that_is_counted_has_a_condition_and_a_figure() -> None:
    models = {mapper.class_ for mapper in Total.registry.mappers if "counted" in mapper.columns}
    assert {model for model, _ in counting.NOUNS.values()} == models
