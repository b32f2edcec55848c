"""A visit for a calendar, as a program that reads calendars reads it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar

from tests.web.conftest import MakeApp
from tests.web.test_pledge import ANSWERS
from tests.web.visitor import Visitor

PORTLAND = "/visit/ME-01/2-portland-fish-pier-suite-304-portland-me-04101.ics"


def event(visitor: Visitor, path: str = PORTLAND) -> Calendar:
    answer = visitor.client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    (found,) = Calendar.from_ical(answer.data).walk("VEVENT")
    return found


def test_an_entry_says_where_and_whom_and_nothing_about_who_goes(visitor: Visitor) -> None:
    found = event(visitor)
    assert found["summary"] == "Visit the office of Representative Chellie Pingree"
    assert found["location"] == "2 Portland Fish Pier, Suite 304, Portland, ME 04101"
    assert "Phone: 207-774-5019" in found["description"]
    assert found["dtend"].dt - found["dtstart"].dt == timedelta(minutes=30)
    assert "attendee" not in found
    assert "organizer" not in found


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ("2026-11-24T12:00-05:00", (2026, 12, 1)),
        ("2026-11-28T12:00-05:00", (2026, 12, 7)),
        ("2026-12-29T23:30-05:00", (2027, 1, 5)),
    ],
)
def test_it_is_on_a_weekday_a_week_ahead_in_the_campaigns_zone(
    make_app: MakeApp, today: str, day: tuple[int, int, int]
) -> None:
    visitor = Visitor(make_app(today=datetime.fromisoformat(today)).test_client())
    start = event(visitor)["dtstart"].dt
    assert start == datetime(*day, 10)  # noqa: DTZ001  (in the calendar's own zone)
    assert start.weekday() < 5


def test_the_same_visit_is_the_same_entry(visitor: Visitor) -> None:
    assert visitor.client.get(PORTLAND).data == visitor.client.get(PORTLAND).data


@pytest.mark.parametrize("path", ["/visit/ME-01/nowhere.ics", "/visit/XX-99/x.ics", "/visit/ME-01/%0d%0a.ics"])
def test_an_office_that_is_not_listed_is_not_found(visitor: Visitor, path: str) -> None:
    assert visitor.client.get(path).status_code == 404


def test_whoever_promises_a_call_and_a_visit_is_told_whom_and_where(visitor: Visitor) -> None:
    visitor.open("/pledge").press("I promise", **{**ANSWERS, "pledges": ["call", "visit"]})
    assert visitor.heading == "Look into your mail"
    assert "Senator Susan M. Collins (Maine): 202-224-2523" in visitor.text
    links = [str(link["href"]) for link in visitor.soup.select("a[download]")]
    assert PORTLAND in links
    assert all(visitor.client.get(link).status_code == 200 for link in links)


def test_the_kit_has_an_entry_for_each_office(visitor: Visitor) -> None:
    visitor.finish()
    links = [str(link["href"]) for link in visitor.soup.select("#ME-01 a[download]")]
    assert PORTLAND in links
