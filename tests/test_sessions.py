"""The browsers in which organizers are signed in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaign import organizers, sessions
from campaign.config import Settings
from campaign.database import Database
from campaign.keys import Keys

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def ana(database: Database, keys: Keys, now: datetime) -> int:
    def make(name: str) -> int:
        link = database.write(lambda s: organizers.add(s, keys, f"{name}@example.org", role="organizer", now=now))
        return database.write(lambda s: organizers.use_link(s, keys, link, now=now)).id

    return [make("ben"), make("ana")][1]


def begin(database: Database, who: int, now: datetime, browser: str = "Firefox on Linux") -> str:
    return database.write(lambda session: sessions.begin(session, who, browser, now=now))


def find(database: Database, token: str, now: datetime) -> sessions.Found | None:
    with database.read() as session:
        return sessions.find(session, token, now=now)


def test_a_session_ends_when_nobody_clicks_and_after_a_week_in_any_case(
    database: Database, ana: int, now: datetime
) -> None:
    token = begin(database, ana, now)
    assert find(database, token, now + sessions.IDLE - MOMENT)
    assert find(database, token, now + sessions.IDLE) is None
    seen = now
    while seen - now < sessions.LIFE - timedelta(hours=6):
        seen += timedelta(hours=6)
        found = find(database, token, seen)
        assert found is not None
        database.write(lambda session: sessions.note_seen(session, 1, now=seen))  # noqa: B023
    assert find(database, token, now + sessions.LIFE - MOMENT)
    assert find(database, token, now + sessions.LIFE) is None


def test_it_is_noted_every_few_minutes_that_somebody_is_here(database: Database, ana: int, now: datetime) -> None:
    token = begin(database, ana, now)
    for after, due in ((timedelta(), False), (sessions.SEEN_EVERY - MOMENT, False), (sessions.SEEN_EVERY, True)):
        found = find(database, token, now + after)
        assert found is not None
        assert found.is_due == due


@pytest.mark.parametrize("token", ["", "x", "é" * 32, "\ud800", "x" * 10_000])
def test_what_was_never_a_session_is_none(database: Database, ana: int, now: datetime, token: str) -> None:
    begin(database, ana, now)
    assert find(database, token, now) is None


def test_one_is_ended_alone_and_only_by_its_owner(database: Database, ana: int, now: datetime) -> None:
    tokens = [begin(database, who, now) for who in (ana, ana, ana - 1)]
    assert database.write(lambda session: sessions.end(session, ana, 3)) is False
    assert database.write(lambda session: sessions.end(session, ana, 1)) is True
    assert [find(database, token, now) is not None for token in tokens] == [False, True, True]


def test_all_are_ended_or_all_but_one(database: Database, ana: int, now: datetime) -> None:
    tokens = [begin(database, who, now) for who in (ana, ana, ana, ana - 1)]
    assert database.write(lambda session: sessions.end_all(session, ana, but=2)) == 2
    assert [find(database, token, now) is not None for token in tokens] == [False, True, False, True]
    assert database.write(lambda session: sessions.end_all(session, ana)) == 1
    with database.read() as session:
        assert [sessions.of(session, who, now=now) == [] for who in (ana, ana - 1)] == [True, False]


def test_a_browsers_secret_is_nowhere_stored(database: Database, ana: int, now: datetime, settings: Settings) -> None:
    token = begin(database, ana, now)
    assert len(token) == 32  # 192 bits
    database.close()
    for path in settings.data_dir.glob("lifeline.db*"):
        assert token.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 "
            "Safari/537.36 Edg/141.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile "
            "Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/141.0.0.0 Mobile/15E148 Safari/604.1",
            "Chrome on iOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "FxiOS/140.0 Mobile/15E148 Safari/605.1.15",
            "Firefox on iOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
            "Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 "
            "Safari/537.36",
            "Chrome on ChromeOS",
        ),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_in_words(user_agent: str, said: str) -> None:
    assert sessions.describe(user_agent) == said
