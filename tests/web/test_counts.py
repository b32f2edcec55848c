"""The public figures are kept for some seconds, each partner's apart, and pages show what they lead to."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, update

from campaign import clock, tasks
from campaign.commons import Commons
from campaign.database import Database
from campaign.keys import Keys
from campaign.letters import Bank
from campaign.models import Pledge
from campaign.partners import Partner
from campaign.web import counts
from campaign.web.counts import Kept
from tests.web.conftest import MakeApp
from tests.web.visitor import ANSWERS, Visitor, confirm_page, count


def listen(app: Flask) -> list[str]:
    """The questions that an application puts to the totals from now on."""
    asked: list[str] = []
    database: Database = app.extensions["campaign"].database
    event.listen(database.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    return asked


def letters(visitor: Visitor, path: str = "/api/v1/counts") -> int | None:
    answer = visitor.client.get(path).json
    assert answer is not None
    found: int | None = answer["letters"]
    return found


@pytest.mark.sqlite
def test_figures_are_kept_and_read_again_when_they_have_aged(
    app: Flask, visitor: Visitor, riverside: Partner, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "KEPT_SECONDS", 3.0)
    moment = [100.0]
    monkeypatch.setattr(counts, "time", type("Time", (), {"monotonic": staticmethod(lambda: moment[0])}))
    assert (letters(visitor), letters(visitor, "/api/v1/counts?p=riverside")) == (0, None)
    for _ in range(5):
        visitor.find(partner="riverside").press("Read my letters", **ANSWERS).press("Finish my letters")
    tasks.count(database)
    asked = listen(app)
    moment[0] += 2.9
    assert (letters(visitor), letters(visitor, "/api/v1/counts?p=riverside")) == (0, None)
    assert [query for query in asked if "totals" in query] == []
    moment[0] += 0.1
    assert (letters(visitor), letters(visitor, "/api/v1/counts?p=riverside")) == (5, 5)


def test_never_more_partners_are_kept_than_there_is_room_for(
    database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "MOST", 3)
    kept = Kept(database, Commons(None, keys))
    for number in range(20):
        assert kept.figures(f"partner-{number}").letters is None
        assert len(kept._kept) <= 3


def test_what_is_shown_never_lags_ten_seconds() -> None:
    assert counts.KEPT_SECONDS + tasks.TICK_SECONDS + tasks.COUNT_SECONDS < 10


def test_no_page_counts_rows(app: Flask, visitor: Visitor) -> None:
    visitor.finish()
    asked = listen(app)
    for path in ("/", visitor.path, "/api/v1/counts"):
        visitor.open(path)
        assert visitor.status == 200
    assert any("FROM totals" in query for query in asked)
    tables = ("messages", "pledges", "clicks")
    assert [query for query in asked if "count(" in query.lower() and any(table in query for table in tables)] == []


def test_a_pledge_stands_in_the_count_line_once_it_is_confirmed(visitor: Visitor, database: Database) -> None:
    visitor.finish(pledges=["call", "visit"], email="ana@example.org")
    tasks.count(database)
    assert count_line(visitor) == "1 letter written"
    confirmed = update(Pledge).where(Pledge.kind == "call").values(confirmed_at=clock.wall())
    database.write(lambda session: session.execute(confirmed).close())
    tasks.count(database)
    visitor.client.get("/donate/give")
    assert count_line(visitor) == "1 letter written · 1 further step pledged"
    tasks.count(database)
    assert count_line(visitor) == "1 letter written · 1 further step pledged · 1 visit handed on to the donation page"


@pytest.mark.parametrize(
    ("set_to", "line", "goal", "milestone"),
    [
        ("milestones = [1, 2]", "1 letter written of 2", None, 2),
        ("goal = 9\nmilestones = [1, 2]", "1 letter written of 9", 9, 2),
        ("milestones = [1]", "1 letter written", None, None),
    ],
)
def test_the_next_milestone_is_shown_where_there_is_no_goal(
    make_app: MakeApp,
    letters_dir: Path,
    database: Database,
    riverside: Partner,
    set_to: str,
    line: str,
    goal: int | None,
    milestone: int | None,
) -> None:
    with (letters_dir / "campaign.toml").open("a") as file:
        file.write(f"{set_to}\n")
    visitor = Visitor(make_app(letters_dir=letters_dir).test_client())
    visitor.finish()
    tasks.count(database)
    assert count_line(visitor) == line
    for path in ("/api/v1/counts", "/api/v1/counts?p=riverside"):  # the campaign's own, whoever asks
        answer = visitor.client.get(path).json
        assert answer is not None
        assert (answer["goal"], answer["milestone"]) == (goal, milestone)


def count_line(visitor: Visitor) -> str:
    line = visitor.open("/").soup.select_one(".count")
    assert line is not None
    return " ".join(line.get_text(" ").split())


def test_the_page_on_counting_shows_the_figures_and_withholds_small_cells(
    app: Flask, visitor: Visitor, riverside: Partner, bank: Bank
) -> None:
    for number in range(5):
        Visitor(app.test_client()).find(partner="riverside").press(
            "Read my letters", **{**ANSWERS, "name": f"Person {number}"}
        ).press("Finish my letters")
    Visitor(app.test_client()).open("/letters/protect-parole").press("Find my offices", zip="10280").press(
        "Read my letters", **{**ANSWERS, "city": "New York"}
    ).press("Finish my letters", pledges=["call"], email="ana@example.org")
    visitor.open(confirm_page(app)).press("Yes, I promise this")
    count(app)
    visitor.open("/about/counting")
    tables = {
        str(table.caption.get_text()): [
            [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")
        ]
        for table in visitor.soup.find_all("table")
        if table.caption
    }
    assert tables == {
        "Further steps, confirmed": [[bank.pledges["call"].label, "1"]],
        "Letters by state": [["Maine", "withheld"], ["New York", "withheld"]],
        "Letters by partner": [[riverside.name, "withheld"]],
    }
    assert "6 letters written" in visitor.text
