"""The steps that store nothing of a supporter's are counted all the same, and nothing of who takes them."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from campaign import funnel, reports
from campaign.database import Database
from campaign.funnel import Passage
from campaign.models import Step
from campaign.partners import Partner
from campaign.web import passing
from tests.hidden import hidden
from tests.totals import bring_all
from tests.web.visitor import ANSWERS, Visitor

DAY = date(2026, 11, 24)


def stored(app: Flask, database: Database) -> dict[tuple[str, str, str], int]:
    """What is stored now, by letter, partner and step."""
    with app.app_context():
        passing.store()
    with database.read() as session:
        return {(row.letter, row.partner, row.step): row.n for row in session.scalars(select(Step))}


def test_the_way_is_counted_from_the_first_look_up_on(
    app: Flask, visitor: Visitor, database: Database, riverside: Partner
) -> None:
    visitor.find("0410")  # no ZIP code: nothing was looked up
    for _ in range(3):
        visitor.find("04101")
    visitor.find("04101", partner="riverside").press("Read my letters", **ANSWERS)
    visitor.press("Finish my letters").press("Save", said=["sent"])
    letter = "protect-parole"
    assert stored(app, database) == {
        (letter, "", "looked_up"): 3,
        (letter, "riverside", "looked_up"): 1,
        (letter, "riverside", "read"): 1,
    }
    visitor.find("04101")
    assert stored(app, database)[letter, "", "looked_up"] == 4
    bring_all(database)
    with database.read() as session:
        stages = [(stage.name, stage.n) for stage in reports.funnel(session)]
    assert stages == [("looked_up", 5), ("read", 1), ("written", 1), ("reached", 1)]


def test_who_comes_some_seconds_later_stores_what_there_is(
    app: Flask, visitor: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [passing.time.monotonic()]
    monkeypatch.setattr(passing.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(passing, "STORED_EVERY", 5.0)
    app.extensions["passing"] = passing.Passing(database)
    visitor.find("04101")
    with database.read() as session:
        assert session.scalars(select(Step.n)).all() == []
    clock[0] += 5
    visitor.find("04101")
    with database.read() as session:
        assert session.scalars(select(Step.n)).all() == [2]


def test_what_cannot_be_stored_now_is_stored_later_and_the_visitor_sees_nothing_of_it(
    app: Flask, visitor: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.find("04101")
    with hidden(database, "steps"):
        with app.app_context():
            passing.store()
        assert visitor.find("04101").status == 200
    assert stored(app, database) == {("protect-parole", "", "looked_up"): 2}


def test_sums_are_added_to_those_of_other_processes(any_database: Database) -> None:
    passages = Counter({Passage(DAY, "letter", "", "read"): 2, Passage(DAY, "letter", "parish", "read"): 1})
    for _ in range(2):
        any_database.write(lambda session: funnel.store(session, passages))
    with any_database.read() as session:
        assert sorted(session.scalars(select(Step.n))) == [2, 4]
