"""The totals are the rows that count, whatever happens while they are counted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.orm import Session

from campaign import partners, reports
from campaign.cells import Cell
from campaign.config import ROOT
from campaign.counting import bring_forward, delete_rows, forget_source, is_behind
from campaign.database import Database
from campaign.models import Click, Delivery, Gift, Message, Pledge, Total
from campaign.models.click import ASKERS
from campaign.recounting import compare, differences, recount
from campaign.turning import NOUNS


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


def totals(database: Database) -> dict[tuple[str, ...], int]:
    """The totals of the whole campaign by state: figure, kind and state."""
    with database.read() as session:
        assert differences(session) == {}
    with database.read() as session:
        return {(figure, kind, state): n for state, figure, kind, n in reports.cells(session, "state")}


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
    assert [any_database.write(bring_forward), any_database.write(bring_forward)] == [10, 0]
    assert not behind(any_database)
    pledges = {("confirmed", "call", "NY"): 1, ("waiting", "call", "NY"): 1}
    clicks = {("handovers", "", ""): 1, **{(word, "", "ME"): 1 for word in ("handovers", *ASKERS[1:])}}
    assert totals(any_database) == {("letters", "", "ME"): 3, **pledges, **clicks}
    with any_database.read() as session:
        for by, key in (("", ""), ("day", now.date().isoformat()), ("letter", "l"), ("source", "")):
            assert (key, "letters", "", 3) in reports.cells(session, by), by
            assert (key, "letters", "", 2) in reports.cells(session, by, "parish"), by
        assert ("parish", "letters", "", 2) in reports.cells(session, "partner")
        assert ("", "letters", "", 1) in reports.cells(session, "partner")


def test_a_pledge_counts_from_its_confirmation_on_and_no_longer_when_that_is_taken_back(
    any_database: Database, now: datetime
) -> None:
    add(any_database, now, *[("pledge", "call", "ME", None, number < 2) for number in range(5)])

    def confirm(moment: datetime | None, *ids: int) -> int:
        change = update(Pledge).where(Pledge.id.in_(ids)).values(confirmed_at=moment)
        any_database.write(lambda session: session.execute(change).close())
        any_database.write(bring_forward)
        return totals(any_database).get(("confirmed", "call", "ME"), 0)

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
    assert (done, totals(any_database)) == (3, {("letters", "", "ME"): 3})


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
        tables = [noun.model.__tablename__ for noun in NOUNS.values()]
        assert len(queries) == 10
        for query, values in queries.items():
            (table,) = [name for name in tables if re.search(f"FROM {name}\\b", query)]
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
    assert totals(server) == {("confirmed", "call", "ME"): 3, ("confirmed", "call", "NY"): 1}


def test_a_comparison_finds_what_differs_and_puts_it_right(any_database: Database, now: datetime) -> None:
    more = [("click", None, None, "person"), ("pledge", "call", "ME", None, True)]
    add(any_database, now, *[("message", "ME", None)] * 3, *more)
    any_database.write(lambda session: bring_forward(session, 4))  # one is not counted yet: that is no difference
    assert any_database.write(compare) == {}
    right = totals(any_database)

    def spoil(session: Session) -> None:
        session.execute(update(Total).where(Total.figure == "letters", Total.by == "state").values(n=7))
        session.execute(text("DELETE FROM totals WHERE figure = 'confirmed' AND by = 'state'"))
        session.add(Total(by="state", partner="", key="WY", figure="letters", kind="", n=2))

    any_database.write(spoil)
    found = {Cell("state", "", "ME", "letters", ""): -4, Cell("state", "", "WY", "letters", ""): -2}
    found[Cell("state", "", "ME", "confirmed", "call")] = 1
    with any_database.read() as session:
        assert differences(session) == found
    assert any_database.write(compare) == found
    assert totals(any_database) == right
    assert any_database.write(compare) == {}


def test_rows_that_are_deleted_leave_the_totals_if_they_were_in_them(any_database: Database, now: datetime) -> None:
    add(any_database, now, *[("pledge", "call", "ME", None, True)] * 3, ("pledge", "call", "NY", None, False))
    any_database.write(lambda session: bring_forward(session, 2))
    assert any_database.write(lambda session: delete_rows(session, "pledges", Pledge.id.in_([2, 3, 4]))) == 3
    assert totals(any_database) == {("confirmed", "call", "ME"): 1}
    assert not behind(any_database)


def said(database: Database, seat: str | None = None) -> dict[str, int]:
    """What of letters is counted: in whole, or of one seat."""
    while database.write(bring_forward):
        pass
    assert totals(database) is not None  # and nothing differs
    with database.read() as session:
        cells = reports.cells(session, "seat", between=(seat, seat)) if seat else reports.cells(session, "")
        return {figure + (f" {kind}" if kind else ""): n for _key, figure, kind, n in cells}


def deliver(database: Database, now: datetime) -> None:
    """Two letters from Maine, each to two offices; of the first something was said."""
    add(database, now, ("message", "ME", None), ("message", "ME", None))

    def fill(session: Session) -> None:
        for message_id in (1, 2):
            for seat in ("ME-S1", "ME-01"):
                said = {"opened_at": now, "sent_at": now} if (message_id, seat) == (1, "ME-S1") else {}
                session.add(Delivery(message_id=message_id, seat=seat, bioguide="S100001", **said))
        session.flush()
        call = update(Delivery).where(Delivery.message_id == 1, Delivery.seat == "ME-01").values(called_at=now)
        session.execute(call)

    database.write(fill)


def change(database: Database, model: type[Any], row: Any, **values: Any) -> None:
    database.write(lambda session: session.execute(update(model).where(row).values(**values)).close())


def test_what_is_said_of_a_letter_counts_for_its_offices_and_once_for_the_letter(
    any_database: Database, now: datetime
) -> None:
    deliver(any_database, now)
    whole = {"letters": 2, "reached": 1, "opened": 1, "sent": 1, "called": 1}
    assert said(any_database) == whole
    assert said(any_database, "ME-S1") == {"letters": 2, "reached": 1, "opened": 1, "sent": 1}
    change(any_database, Delivery, Delivery.seat == "ME-S1", sent_at=None)
    assert said(any_database) == {"letters": 2, "reached": 1, "opened": 1, "called": 1}, (
        "the call has reached an office"
    )
    change(any_database, Delivery, Delivery.seat == "ME-01", called_at=None)
    assert said(any_database) == {"letters": 2, "opened": 1}


def test_with_a_letter_in_quarantine_what_is_said_of_it_counts_no_more(any_database: Database, now: datetime) -> None:
    deliver(any_database, now)
    before = said(any_database)
    change(any_database, Message, Message.id == 1, quarantined_at=now)
    assert said(any_database) == {"letters": 1, "quarantined": 1}
    assert said(any_database, "ME-S1") == {"letters": 1}
    change(any_database, Delivery, Delivery.seat == "ME-S1", printed_at=now)  # of both letters
    assert said(any_database) == {"letters": 1, "quarantined": 1, "reached": 1, "printed": 1}
    change(any_database, Message, Message.id == 1, quarantined_at=None)
    assert said(any_database) == before | {"reached": 2, "printed": 2}


def test_a_letter_that_is_measured_is_the_same_letter(any_database: Database, now: datetime) -> None:
    deliver(any_database, now)
    before = said(any_database)
    change(any_database, Message, Message.id == 1, originality=0)
    change(any_database, Message, Message.id == 2, originality=71)
    assert said(any_database) == before | {"originality 0": 1, "originality 71": 1}


def test_deliveries_and_messages_leave_the_totals_when_they_are_deleted(any_database: Database, now: datetime) -> None:
    deliver(any_database, now)
    said(any_database)
    assert any_database.write(lambda session: delete_rows(session, "deliveries", Delivery.seat == "ME-S1")) == 2
    assert said(any_database) == {"letters": 2, "reached": 1, "called": 1}
    assert said(any_database, "ME-S1") == {}
    assert any_database.write(lambda session: delete_rows(session, "letters", Message.id == 1)) == 1
    assert said(any_database) == {"letters": 1}
    assert said(any_database, "ME-01") == {"letters": 1}
    with any_database.read() as session:
        assert session.scalars(select(Delivery.message_id)).all() == [2]


def test_a_link_that_is_forgotten_is_one_in_the_totals_as_well(any_database: Database, now: datetime) -> None:
    deliver(any_database, now)
    add(any_database, now, ("pledge", "call", "ME", None, True), ("click", "ME", None, "person"))
    for model in (Message, Pledge, Click):
        change(any_database, model, model.id == 1, source="bulletin")
    told = {"reference": "r", "cents": 500, "currency": "USD", "day": now.date(), "imported_at": now}
    any_database.write(lambda session: session.add(Gift(click_id=1, **told)))
    before = said(any_database)

    def by_link(key: str) -> dict[str, int]:
        with any_database.read() as session:
            cells = reports.cells(session, "source", between=(key, key))
            return {figure + (f" {kind}" if kind else ""): n for _key, figure, kind, n in cells}

    first = {"letters": 1, "reached": 1, "opened": 1, "sent": 1, "called": 1}
    assert by_link("bulletin") == {**first, "confirmed call": 1, "handovers": 1, "gifts": 1, "cents": 500}
    for figure, model in (("letters", Message), ("pledges", Pledge), ("handovers", Click)):
        rows = partial(forget_source, figure=figure, condition=model.id > 0)
        assert [any_database.write(rows), any_database.write(rows)] == [1, 0]
    assert (by_link("bulletin"), by_link("")) == ({}, before)
    assert said(any_database) == before


def test_a_campaign_at_rest_is_counted_at_one_go(any_database: Database, now: datetime) -> None:
    deliver(any_database, now)
    add(any_database, now, ("pledge", "call", "ME", None, True), ("click", "ME", None, "bot"))
    any_database.write(recount)
    assert not behind(any_database)
    counted = totals(any_database)
    any_database.write(lambda session: session.execute(delete(Total)).close())
    for noun in NOUNS.values():
        change(any_database, noun.model, noun.model.id > 0, counted=0)
    said(any_database)
    assert totals(any_database) == counted


def test_everything_that_is_counted_has_a_figure() -> None:
    models = {mapper.class_ for mapper in Total.registry.mappers if "counted" in mapper.columns}
    assert {noun.model for noun in NOUNS.values()} == models
