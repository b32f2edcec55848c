"""Many ask at once: nothing is asked twice, few things together, and nothing of a service that is down."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from campaign.congress import inquiries
from campaign.congress.geocoder import Geocoder
from campaign.congress.inquiries import (
    AT_ONCE,
    FAILURES,
    REMEMBER_SECONDS,
    REST_MOST_SECONDS,
    REST_SECONDS,
    WAITING,
    Found,
    Inquiries,
)
from campaign.congress.points import Located
from campaign.congress.remote import Unavailable
from tests.census import TERMS, Census, Reply, found, match, send, send_json

HERE = send_json(found(match("4837")))
DOWN = send(b"<html>Service Unavailable</html>", 503)
PATIENCE = 20
TX_37 = Found(frozenset({"TX-37"}), "census")


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asked(census: Census, clock: Clock) -> Inquiries:
    return Inquiries([Geocoder(census.url, TERMS)], clock)


def ask(asked: Inquiries, now: datetime, street: str = "1100 Congress Ave", **other: Any) -> Found:
    where = {"city": "Austin", "state": "TX", "zip_code": "78701", **other}
    return asked.ask(street, where["city"], where["state"], where["zip_code"], now)


def held(reply: Reply) -> tuple[Reply, threading.Semaphore, threading.Event]:
    """A reply that comes only when it is let go, and a count of those who asked for it."""
    came, go = threading.Semaphore(0), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        came.release()
        go.wait(PATIENCE)
        reply(handler)

    return wait, came, go


@contextmanager
def crowd(size: int) -> Iterator[Callable[..., Future[Any]]]:
    with ThreadPoolExecutor(size) as pool:
        yield pool.submit


def test_an_address_is_asked_once_and_remembered_for_hours(
    asked: Inquiries, census: Census, clock: Clock, now: datetime
) -> None:
    census.reply = HERE
    assert [ask(asked, now) for _ in range(3)] == [TX_37] * 3
    assert len(census.asked) == 1
    clock.now += REMEMBER_SECONDS - 1
    ask(asked, now)
    assert len(census.asked) == 1
    clock.now += 1
    ask(asked, now)
    assert len(census.asked) == 2


@pytest.mark.parametrize(
    ("street", "city", "times"),
    [
        (" 1100  congress AVE. ", "AUSTIN", 1),
        ("1100 Congress Ave,", "Austin", 1),
        ("1101 Congress Ave", "Austin", 2),
        ("1100 Congress Ave", "Houston", 2),
        ("1100 Congress", "Ave Austin", 2),
    ],
)
def test_an_address_is_the_same_however_it_is_typed(
    asked: Inquiries, census: Census, now: datetime, street: str, city: str, times: int
) -> None:
    census.reply = HERE
    ask(asked, now)
    ask(asked, now, street, city=city)
    assert len(census.asked) == times


def test_another_congress_is_another_question(asked: Inquiries, census: Census, now: datetime) -> None:
    census.reply = HERE
    ask(asked, now)
    census.reply = send_json(found(match("4810", layer="120th Congressional Districts", session="120")))
    assert ask(asked, now + timedelta(days=90)).seats == {"TX-10"}


@pytest.mark.parametrize("reply", [send_json(found()), DOWN], ids=["not found", "down"])
def test_what_was_not_answered_is_not_remembered(asked: Inquiries, census: Census, now: datetime, reply: Reply) -> None:
    census.reply = reply
    try:
        assert ask(asked, now).seats == frozenset()
    except Unavailable:
        assert reply is DOWN
    census.reply = HERE
    assert ask(asked, now) == TX_37


def test_no_more_is_remembered_than_fits(
    asked: Inquiries, census: Census, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiries, "REMEMBERED", 2)
    census.reply = HERE
    for number in (1, 2, 3, 3, 2, 1):
        ask(asked, now, f"{number} Congress Ave")
    assert [question["street"] for question in census.asked] == [f"{n} Congress Ave" for n in (1, 2, 3, 1)]


def test_nothing_in_memory_tells_an_address(asked: Inquiries, census: Census, now: datetime) -> None:
    census.reply = HERE
    ask(asked, now, "17 Hiddenlane", city="Secretville")
    memory = repr(vars(asked)).casefold()
    assert "tx-37" in memory
    assert not [word for word in ("hidden", "secret") if word in memory]


def test_many_who_ask_for_one_address_share_one_answer(asked: Inquiries, census: Census, now: datetime) -> None:
    census.reply, came, go = held(HERE)
    with crowd(WAITING) as submit:
        answers = [submit(ask, asked, now) for _ in range(WAITING)]
        assert came.acquire(timeout=PATIENCE)
        go.set()
        assert [answer.result(PATIENCE) for answer in answers] == [TX_37] * WAITING
    assert len(census.asked) == 1


def test_many_who_ask_for_one_address_share_its_failure_and_the_next_asks_anew(
    asked: Inquiries, census: Census, now: datetime
) -> None:
    census.reply, came, go = held(send(b"", 400))
    with crowd(2) as submit:
        answers = [submit(ask, asked, now) for _ in range(2)]
        assert came.acquire(timeout=PATIENCE)
        go.set()
        assert [type(answer.exception(PATIENCE)) for answer in answers] == [Unavailable] * 2
    census.reply = HERE
    assert ask(asked, now) == TX_37


def test_four_addresses_are_asked_together_and_a_fifth_is_told_at_once(
    asked: Inquiries, census: Census, now: datetime
) -> None:
    census.reply, came, go = held(HERE)
    with crowd(AT_ONCE) as submit:
        answers = [submit(ask, asked, now, f"{number} Congress Ave") for number in range(AT_ONCE)]
        for _ in answers:
            assert came.acquire(timeout=PATIENCE)
        with pytest.raises(Unavailable):
            ask(asked, now, "5 Congress Ave")
        go.set()
        assert [answer.result(PATIENCE) for answer in answers] == [TX_37] * AT_ONCE
    assert ask(asked, now, "5 Congress Ave") == TX_37
    assert len(census.asked) == AT_ONCE + 1


def test_a_service_that_fails_is_left_alone_and_tried_again_by_itself(
    asked: Inquiries, census: Census, clock: Clock, now: datetime
) -> None:
    census.reply = send_json({"result": "of another shape"})
    for number in range(FAILURES + 4):
        with pytest.raises(Unavailable):
            ask(asked, now, f"{number} Congress Ave")
    assert len(census.asked) == FAILURES
    clock.now += REST_SECONDS
    with pytest.raises(Unavailable):
        ask(asked, now)
    clock.now += REST_SECONDS * 2 - 1  # it rests longer each time
    with pytest.raises(Unavailable):
        ask(asked, now)
    assert len(census.asked) == FAILURES + 1
    clock.now += 1
    census.reply = HERE
    assert [ask(asked, now, f"{number} Congress Ave") for number in range(3)] == [TX_37] * 3


def test_a_rest_does_not_grow_without_end(asked: Inquiries, census: Census, clock: Clock, now: datetime) -> None:
    census.reply = send_json({"result": "of another shape"})
    for number in range(FAILURES + 40):
        clock.now += REST_MOST_SECONDS
        with pytest.raises(Unavailable):
            ask(asked, now, f"{number} Congress Ave")
    assert len(census.asked) == FAILURES + 40


def test_a_service_may_be_down_for_months(asked: Inquiries, census: Census, clock: Clock, now: datetime) -> None:
    class Dead:
        name = "census"
        seconds = 8.0

        def find(self, *_: object) -> Located:
            raise Unavailable("is down")

    dead = Inquiries([Dead(), *asked.services], clock)
    census.reply = HERE
    breaker = dead._services[0][1]
    for _ in range(FAILURES + 1200):
        clock.now += REST_MOST_SECONDS
        breaker.may_ask()
        breaker.failed()
    assert ask(dead, now) == TX_37


def test_after_a_rest_one_tries_and_the_others_wait_for_it(clock: Clock) -> None:
    breaker = inquiries.Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    clock.now += REST_SECONDS
    assert [breaker.may_ask() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert breaker.may_ask()


def test_no_more_than_a_few_wait_whatever_they_ask_for(asked: Inquiries, census: Census, now: datetime) -> None:
    census.reply, came, go = held(HERE)
    with crowd(WAITING) as submit:
        answers = [submit(ask, asked, now) for _ in range(WAITING)]
        assert came.acquire(timeout=PATIENCE)
        until = time.monotonic() + PATIENCE
        while asked._waiting < WAITING and time.monotonic() < until:
            time.sleep(0.01)
        with pytest.raises(Unavailable, match="asked too much"):
            ask(asked, now)
        go.set()
        assert [answer.result(PATIENCE) for answer in answers] == [TX_37] * WAITING


def test_a_question_that_is_refused_does_not_count_against_the_service(
    asked: Inquiries, census: Census, now: datetime
) -> None:
    census.reply = send(b'{"errors": ["Address cannot exceed 100 characters"], "status": "400"}', 400)
    for number in range(FAILURES + 2):
        with pytest.raises(Unavailable):
            ask(asked, now, f"{number} Congress Ave")
    assert len(census.asked) == FAILURES + 2


def test_a_bug_in_a_service_reaches_whoever_asked_and_blocks_nobody(now: datetime) -> None:
    class Broken:
        name = "broken"
        seconds = 8.0

        def find(self, *_: object) -> Located:
            raise ZeroDivisionError

    asked = Inquiries([Broken()])
    for number in range(WAITING + 1):
        with pytest.raises(ZeroDivisionError):
            ask(asked, now, f"{number} Congress Ave")


def test_nobody_waits_longer_than_the_service_may_take(now: datetime) -> None:
    class Stuck:
        """A service that does not stop by itself, as when a host name is not resolved."""

        name = "stuck"
        seconds = 0.1
        let_go = threading.Event()

        def find(self, *_: object) -> Located:
            self.let_go.wait(PATIENCE)
            return Located(frozenset({"TX-37"}))

    asked = Inquiries([Stuck()])
    for number in range(AT_ONCE):
        with pytest.raises(Unavailable, match="in time"):
            ask(asked, now, f"{number} Congress Ave")
    with pytest.raises(Unavailable, match="asked too much"):
        ask(asked, now, "5 Congress Ave")
    Stuck.let_go.set()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(Unavailable):
            assert ask(asked, now, "5 Congress Ave").seats == {"TX-37"}
            return
    pytest.fail("the slots were not given back")


def test_a_machine_without_another_thread_answers_all_the_same(
    asked: Inquiries, census: Census, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    census.reply = HERE

    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", start)
        for number in range(WAITING + 1):
            with pytest.raises(Unavailable, match="just now"):
                ask(asked, now, f"{number} Congress Ave")
    assert ask(asked, now) == TX_37


def test_what_several_wait_for_carries_nothing_of_the_question(asked: Inquiries, census: Census, now: datetime) -> None:
    census.reply = DOWN
    with pytest.raises(Unavailable) as caught:
        ask(asked, now, "17 Hiddenlane")
    frames = {frame.name for frame in caught.traceback}
    assert not frames & {"_ask_services", "_fly", "find"}
