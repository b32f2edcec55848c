"""What processes remember together, in a real Redis; and that nobody misses it where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from redis import Redis

from campaign import commons as module
from campaign.commons import PREFIX, Commons, Silent
from campaign.congress.inquiries import Found, Inquiries
from campaign.congress.points import Located
from campaign.keys import Keys
from tests.conftest import absent
from tests.redis import REDIS_URL, redis_answers

NOW = datetime.fromisoformat("2026-11-24T17:00+00:00")


@pytest.fixture
def url() -> str:
    if not redis_answers():
        absent("no Redis server answers on this machine")
    return REDIS_URL


Make = Callable[..., Commons]


@pytest.fixture
def make(keys: Keys) -> Iterator[Make]:
    """Makes what one process has, each with a connection of its own."""
    made: list[Commons] = []

    def make(url: str | None, own_keys: Keys = keys) -> Commons:
        made.append(Commons(url, own_keys))
        return made[-1]

    yield make
    for one in made:
        one.close()


def names(url: str) -> list[bytes]:
    redis = Redis.from_url(url)
    found: list[bytes] = list(redis.scan_iter(f"{PREFIX}*"))
    redis.close()
    return found


def test_one_remembers_and_another_recalls(url: str, make: Make) -> None:
    first, second = make(url), make(url)
    first.remember("test", "12 Congress Street", b"ME-01", 60)
    assert second.recall("test", "12 Congress Street") == b"ME-01"
    assert second.recall("other", "12 Congress Street") is None
    assert not any(b"Congress" in name for name in names(url))


def test_it_is_forgotten_in_time(url: str, make: Make) -> None:
    commons = make(url)
    commons.remember("test", "for a moment", b"x", 0.05)
    time.sleep(0.1)
    assert commons.recall("test", "for a moment") is None


def test_another_campaign_on_the_same_server_has_its_own(url: str, keys: Keys, make: Make) -> None:
    other = Keys(keys.secret, keys.ring, b"another campaign's hash key, 32 bytes")
    make(url).remember("test", "name", b"x", 60)
    assert make(url, other).recall("test", "name") is None


def test_where_none_is_named_nothing_is_remembered(make: Make) -> None:
    commons = make(None)
    commons.remember("test", "name", b"x", 60)
    assert (commons.recall("test", "name"), commons.answers, commons.failures) == (None, False, 0)


def test_one_that_is_dead_is_asked_once_and_then_left_alone(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST_SECONDS", 0.2)
    commons = make("redis://127.0.0.1:9/0")
    for _ in range(50):
        assert commons.recall("test", "name") is None
    assert commons.failures == 1
    time.sleep(0.25)
    assert not commons.answers
    assert commons.failures == 2


def test_what_fails_by_other_ways_makes_it_rest_too(url: str, make: Make) -> None:
    commons = make(url)

    def fail() -> None:
        raise ConnectionError("quoting ana@example.org")

    with pytest.raises(Silent) as caught:
        commons.guard(fail)
    assert caught.value.__context__ is None
    assert not commons.answers


class Once:
    """A geocoder that answers one question."""

    name, seconds = "census", 1.0

    def __init__(self) -> None:
        self.asked = 0

    def find(self, street: str, city: str, state: str, zip_code: str, now: datetime) -> Located:
        self.asked += 1
        return Located(frozenset({"ME-01"}), (43.7, -70.3))


@pytest.mark.parametrize("kept", [True, False])
def test_what_one_process_has_looked_up_another_knows(url: str, make: Make, kept: bool) -> None:
    services = [Once(), Once()]
    address = ("12 Congress Street", f"Portland {time.time()}", "ME", "04101", NOW)
    shared = [make(url if kept else None) for _ in services]
    found = [
        Inquiries([service], commons=commons).ask(*address)  # type: ignore[list-item]
        for service, commons in zip(services, shared, strict=True)
        if not time.sleep(0.1)  # the first tells the others after it has answered
    ]
    assert found == [Found(frozenset({"ME-01"}), "census", (43.7, -70.3))] * 2
    assert [service.asked for service in services] == [1, 0 if kept else 1]


@pytest.mark.parametrize("nonsense", [b"", b"{", b"[]", b"[1, 2, 3]", b'["a", "census", 5]', b"\xff"])
def test_nonsense_there_is_as_if_nothing_were_there(url: str, make: Make, nonsense: bytes) -> None:
    service, shared = Once(), make(url)
    asked = Inquiries([service], commons=shared)  # type: ignore[list-item]
    shared.remember("inquiry", "12 congress street\0portland\0me\0" + "04102\0" + "119", nonsense, 60)
    found = asked.ask("12 Congress Street", "Portland", "ME", "04102", NOW)
    assert (found.seats, service.asked) == (frozenset({"ME-01"}), 1)
