"""Two clocks: the calendar, which a demonstration may set, and the wall clock, which nobody sets."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign import clock
from campaign.config import EASTERN, Settings


def test_the_calendar_stands_where_it_was_set(settings: Settings) -> None:
    assert clock.calendar(settings) == datetime(2026, 11, 24, 12, tzinfo=EASTERN)


def test_the_calendar_follows_the_wall_clock_where_nothing_is_set(settings: Settings) -> None:
    before = datetime.now(UTC)
    shown = clock.calendar(dataclasses.replace(settings, today=None))
    assert before <= shown <= datetime.now(UTC)


def test_the_wall_clock_cannot_be_set(settings: Settings) -> None:
    assert settings.today is not None
    assert abs(clock.wall() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.wall().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-11-24T23:59:59-05:00", "America/New_York", date(2026, 11, 24)),
        ("2026-11-25T00:01:00-05:00", "America/New_York", date(2026, 11, 25)),
        ("2026-11-25T04:59:59+00:00", "America/New_York", date(2026, 11, 24)),
        ("2026-11-25T05:00:00+00:00", "America/New_York", date(2026, 11, 25)),
        ("2026-07-04T03:59:59+00:00", "America/New_York", date(2026, 7, 3)),  # summer time
        ("2026-07-04T04:00:00+00:00", "America/New_York", date(2026, 7, 4)),
        ("2026-11-01T04:30:00+00:00", "America/New_York", date(2026, 11, 1)),  # the day of 25 hours
        ("2026-11-02T04:59:59+00:00", "America/New_York", date(2026, 11, 1)),
        ("2026-11-25T05:00:00+00:00", "Pacific/Honolulu", date(2026, 11, 24)),
    ],
)
def test_a_day_ends_at_midnight_in_the_campaigns_own_zone(
    settings: Settings, moment: str, zone: str, day: date
) -> None:
    at = dataclasses.replace(settings, today=datetime.fromisoformat(moment))
    assert clock.day(at, ZoneInfo(zone)) == day
