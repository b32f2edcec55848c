"""What looks stuffed is told from what does not; the signs by which it is told are kept for their time only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from campaign import screening
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Message, Pledge, Supporter
from campaign.screening import BURST, BURST_MOST, SAME_WORDS, SAME_WORDS_MOST, SIGNS_LIFE, Arrival

WORDS = "We welcomed a family last year, and their boy plays on our street."

Screen = Callable[..., dict[str, Any]]


@pytest.fixture
def screen(database: Database, keys: Keys, now: datetime) -> Screen:
    """What is found of something that comes now."""

    def screen(email: str | None = None, network: str = "n", at: datetime = now, **arrival: Any) -> dict[str, Any]:
        with database.read() as session:
            return screening.screen(session, keys, Arrival(network, **arrival), email, at)

    return screen


def add(database: Database, count: int, at: datetime, signs: dict[str, Any], alone: bool = False) -> None:
    """Store so many messages, or pledges that come without one, of as many people."""

    def fill(session: Any) -> None:
        for number in range(count):
            shared = {"state": "ME", "day": at.date(), "created_at": at, **signs}
            if alone:
                who = Supporter(email_hash=f"{at}{number}", sealed_email=b"", created_at=at)
                session.add(who)
                session.flush()
                session.add_all(Pledge(kind=kind, supporter_id=who.id, **shared) for kind in ("call", "share"))
            else:
                form_id = f"{at.timestamp():.0f}{number}{len(signs)}"[-32:]
                session.add(Message(form_id=form_id, content_hash="", letter="l", text_until=at, **shared))

    database.write(fill)


def test_what_comes_as_people_come_is_not_quarantined(screen: Screen, now: datetime) -> None:
    found = screen("ana@example.org", words=WORDS)
    assert (found["quarantined_at"], found["quarantined_for"]) == (None, None)
    assert all(found[sign] for sign in screening.SIGNS)


def test_each_flag_quarantines_and_all_that_apply_are_told(screen: Screen, now: datetime) -> None:
    assert screen(trapped=True)["quarantined_for"] == "trap"
    assert screen(hasty=True)["quarantined_for"] == "haste"
    assert screen("x@mailinator.com")["quarantined_for"] == "disposable"
    found = screen("x@mailinator.com", trapped=True, hasty=True)
    assert (found["quarantined_at"], found["quarantined_for"]) == (now, "trap haste disposable")


def test_all_flags_together_fit_their_column() -> None:
    assert len(" ".join(screening.FLAGS)) <= Message.quarantined_for.type.length == Pledge.quarantined_for.type.length


@pytest.mark.parametrize(
    ("domain", "disposable"),
    [("mailinator.com", True), ("sub.mailinator.com", True), ("mailinator.example", False), ("gmail.com", False)],
)
def test_a_domain_is_disposable_with_those_below_it(domain: str, disposable: bool) -> None:
    assert screening.is_disposable(domain) == disposable


@pytest.mark.parametrize("alone", [False, True])
def test_more_than_a_hall_from_one_network_is_a_burst(
    database: Database, screen: Screen, now: datetime, alone: bool
) -> None:
    add(database, BURST_MOST - 1, now - BURST / 2, {"network_hash": "n"}, alone)
    add(database, 20, now - BURST - timedelta(seconds=1), {"network_hash": "n"}, alone)
    add(database, 20, now - BURST / 3, {"network_hash": "other"}, alone)
    assert screen()["quarantined_for"] is None
    add(database, 1, now - BURST / 4, {"network_hash": "n"}, alone)
    assert screen()["quarantined_for"] == "burst"
    assert screen(network="other")["quarantined_for"] is None


def test_the_same_own_words_again_and_again_are_told_however_they_are_set(
    database: Database, screen: Screen, keys: Keys, now: datetime
) -> None:
    signs = {"network_hash": "m", "words_hash": screen(words=WORDS)["words_hash"]}
    add(database, SAME_WORDS_MOST - 1, now - SAME_WORDS / 2, signs)
    add(database, 5, now - SAME_WORDS - timedelta(seconds=1), signs)
    assert screen(words=WORDS)["quarantined_for"] is None
    add(database, 1, now - timedelta(minutes=1), signs)
    assert screen(words=WORDS)["quarantined_for"] == "words"
    assert screen(words=f"  {WORDS.upper()} \n\n!")["quarantined_for"] == "words"
    assert screen(words=f"{WORDS} He is nine.")["quarantined_for"] is None


@pytest.mark.parametrize("words", ["", "Please help them now", "…  !!!"])
def test_a_few_words_are_the_same_by_chance(screen: Screen, words: str) -> None:
    assert screen(words=words)["words_hash"] is None


def test_signs_are_forgotten_when_their_time_is_over(database: Database, now: datetime) -> None:
    signs = dict.fromkeys(screening.SIGNS, "h")
    for alone in (False, True):
        add(database, 2, now - SIGNS_LIFE, signs, alone)
        add(database, 1, now - SIGNS_LIFE + timedelta(seconds=1), signs, alone)
    assert database.write(lambda session: screening.forget_signs(session, now)) == 6
    with database.read() as session:
        for model in (Message, Pledge):
            for row in session.scalars(select(model)):
                old = row.created_at <= now - SIGNS_LIFE
                assert {getattr(row, sign) for sign in screening.SIGNS} == ({None} if old else {"h"})
    assert database.write(lambda session: screening.forget_signs(session, now)) == 0


def test_crowds_are_the_largest_groups_that_count(database: Database, now: datetime) -> None:
    early, late = now - timedelta(hours=2), now - timedelta(hours=1)
    add(database, 12, early, {"network_hash": "a", "words_hash": "w"})
    add(database, 10, late, {"network_hash": "a"}, alone=True)
    add(database, 9, late, {"network_hash": "few"})
    add(database, 30, late + timedelta(seconds=1), {"network_hash": "q", "quarantined_at": now})
    add(database, 30, now - timedelta(days=2), {"network_hash": "old"})
    with database.read() as session:
        found = screening.crowds(session, now - timedelta(days=1))
    told = [(crowd.sign, crowd.value, crowd.messages, crowd.pledges, crowd.first, crowd.last) for crowd in found]
    assert told == [("network_hash", "a", 12, 20, early, late), ("words_hash", "w", 12, 0, early, early)]
