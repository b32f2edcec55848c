"""The central transaction: all of a message or nothing of it, once however often it is sent, readable by key alone."""

from __future__ import annotations

import dataclasses
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from campaign import compose, pledges
from campaign.addresses import Address
from campaign.compose import AlreadyWritten, Origin, Signer, Text
from campaign.config import Settings
from campaign.database import Database
from campaign.delivery.kit import open_kit
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import Delivery, Message, Pledge, Supporter
from campaign.models.message import KIT_LIFE

SIGNER = Signer("Ana Reyes", Address("12 Congress Street", "Portland", "ME", "04101"), email="ana.reyes@example.org")
TEXTS = [
    Text(
        "ME-S1", "S100001", "Keep parole", "Dear Senator,\n\nNeighbors of mine came by parole.\n\nSincerely,\nAna Reyes"
    ),
    Text("ME-S2", "S100002", "Keep parole", "Dear Senator,\n\nParole keeps families whole.\n\nSincerely,\nAna Reyes"),
    Text("ME-01", "R100001", "Keep parole", "Dear Representative,\n\nParole saves lives.\n\nSincerely,\nAna Reyes"),
]


@pytest.fixture
def origin(now: datetime) -> Origin:
    return Origin("form-1", "restore-u4u", partner=None, house_seat="ME-01", congress=119, day=now.date(), now=now)


def write(database: Database, keys: Keys, origin: Origin, **other: Any) -> str:
    """Send a form; what is not named stands as above."""
    sent: dict[str, Any] = {"signer": SIGNER, "texts": TEXTS, "pledge_kinds": ("call", "visit")} | other
    return database.write(lambda session: compose.write_message(session, keys, origin, **sent))


def rows(database: Database) -> tuple[int, int, int, int]:
    """How many messages, deliveries, pledges and supporters are stored."""
    with database.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table)) for table in (Message, Delivery, Pledge, Supporter)
        ]
    return counts[0] or 0, counts[1] or 0, counts[2] or 0, counts[3] or 0


def test_a_message_is_stored_with_its_deliveries_and_pledges(database: Database, keys: Keys, origin: Origin) -> None:
    assert write(database, keys, origin) == "form-1"
    assert rows(database) == (1, 3, 2, 1)
    with database.read() as session:
        message = session.scalars(select(Message)).one()
        assert (message.letter, message.state, message.house_seat, message.day) == (
            "restore-u4u",
            "ME",
            "ME-01",
            origin.day,
        )
        assert message.text_until == origin.now + timedelta(hours=24)
        assert session.scalars(select(Delivery.seat).order_by(Delivery.id)).all() == ["ME-S1", "ME-S2", "ME-01"]
        assert {(pledge.message_id, pledge.supporter_id) for pledge in session.scalars(select(Pledge))} == {
            (message.id, message.supporter_id)
        }


def test_without_an_email_address_nobody_is_remembered(database: Database, keys: Keys, origin: Origin) -> None:
    write(database, keys, origin, signer=dataclasses.replace(SIGNER, email=None), pledge_kinds=())
    assert rows(database) == (1, 3, 0, 0)


def test_the_same_form_with_the_same_content_stores_nothing_more(
    database: Database, keys: Keys, origin: Origin
) -> None:
    later = dataclasses.replace(origin, now=origin.now + timedelta(hours=1))
    assert write(database, keys, origin) == write(database, keys, later, pledge_kinds=("visit", "call")) == "form-1"
    assert rows(database) == (1, 3, 2, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"signer": dataclasses.replace(SIGNER, name="Ben Reyes")},
        {"signer": dataclasses.replace(SIGNER, address=Address("14 Congress Street", "Portland", "ME", "04101"))},
        {"signer": dataclasses.replace(SIGNER, email="ben@example.org")},
        {"signer": dataclasses.replace(SIGNER, may_contact=True)},
        {"texts": TEXTS[:2]},
        {"texts": [*TEXTS[:2], dataclasses.replace(TEXTS[2], body=TEXTS[2].body + " ")]},
        {"pledge_kinds": ("call",)},
    ],
)
def test_the_same_form_with_other_content_is_refused_and_stores_nothing(
    database: Database, keys: Keys, origin: Origin, other: dict[str, Any]
) -> None:
    write(database, keys, origin)
    with pytest.raises(AlreadyWritten) as caught:
        write(database, keys, origin, **other)
    assert (caught.value.code, caught.value.status) == ("already_written", 409)
    assert rows(database) == (1, 3, 2, 1)
    with database.read() as session:
        assert open_kit(session, keys, "form-1", now=origin.now).name == "Ana Reyes"


def test_two_hundred_identical_submits_at_once_are_one_message(database: Database, keys: Keys, origin: Origin) -> None:
    with ThreadPoolExecutor(32) as threads:
        assert set(threads.map(lambda _: write(database, keys, origin), range(200))) == {"form-1"}
    assert rows(database) == (1, 3, 2, 1)


def test_of_two_contents_sent_at_once_one_is_stored_whole(database: Database, keys: Keys, origin: Origin) -> None:
    def attempt(number: int) -> str:
        try:
            write(database, keys, origin, signer=dataclasses.replace(SIGNER, name=f"Reyes {number % 2}"))
        except AlreadyWritten:
            return "refused"
        return f"Reyes {number % 2}"

    with ThreadPoolExecutor(16) as threads:
        answers = Counter(threads.map(attempt, range(40)))
    with database.read() as session:
        kit = open_kit(session, keys, "form-1", now=origin.now)
    assert answers == {kit.name: 20, "refused": 20}
    assert rows(database) == (1, 3, 2, 1)


def test_a_failure_in_the_middle_leaves_nothing(
    database: Database, keys: Keys, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        assert rows(database) == (0, 0, 0, 0)  # nobody else has seen the first half
        raise RuntimeError("power cut")

    monkeypatch.setattr(pledges, "make", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        write(database, keys, origin)
    assert rows(database) == (0, 0, 0, 0)
    monkeypatch.undo()
    write(database, keys, origin)
    assert rows(database) == (1, 3, 2, 1)


@pytest.mark.parametrize("other", [{"texts": []}, {"signer": dataclasses.replace(SIGNER, email=None)}])
def test_a_message_without_an_office_or_a_pledge_without_a_person_cannot_be(
    database: Database, keys: Keys, origin: Origin, other: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="a message needs an office"):
        write(database, keys, origin, **other)
    assert rows(database) == (0, 0, 0, 0)


@pytest.mark.sqlite
def test_name_address_email_and_words_stand_nowhere_in_the_files_in_plain_text(
    database: Database, keys: Keys, origin: Origin, settings: Settings
) -> None:
    write(database, keys, origin)
    files = {path.name: path.read_bytes() for path in settings.data_dir.glob("lifeline.db*")}
    assert files.keys() >= {"lifeline.db", "lifeline.db-wal"}
    assert b"restore-u4u" in files["lifeline.db-wal"]  # the row is there to be found
    for plain in (
        b"Ana Reyes",
        b"12 Congress",
        b"Portland",
        b"ME 04101",
        b"@example.org",
        b"Neighbors of",
        b"Keep parole",
    ):
        assert not [name for name, content in files.items() if plain in content], plain


def test_texts_are_forgotten_when_their_time_is_over_and_not_before(
    database: Database, keys: Keys, origin: Origin
) -> None:
    write(database, keys, origin)
    end = origin.now + KIT_LIFE

    def forget(moment: datetime) -> int:
        return database.write(lambda session: compose.forget_texts(session, moment))

    assert forget(end - timedelta(microseconds=1)) == 0
    with database.read() as session:
        assert open_kit(session, keys, "form-1", now=end - timedelta(microseconds=1)).name == "Ana Reyes"
    assert forget(end) == 1
    assert forget(end) == 0
    with database.read() as session:
        assert session.scalars(select(Message.sealed)).one() is None
        with pytest.raises(NotFound):
            open_kit(session, keys, "form-1", now=origin.now)
    assert rows(database) == (1, 3, 2, 1)


def test_letters_that_are_finished_anew_take_back_what_was_allowed_before(
    database: Database, keys: Keys, origin: Origin
) -> None:
    agreed = dataclasses.replace(SIGNER, may_print=True, may_quote=True)
    anew = dataclasses.replace(origin, form_id="form-2", follows="form-1", now=origin.now + timedelta(hours=2))
    write(database, keys, origin, signer=agreed)
    write(database, keys, anew)
    with database.read() as session:
        first, second = session.scalars(select(Message).order_by(Message.id)).all()
    for message in (first, second):
        assert (message.may_print, message.may_quote) == (False, False)
        assert message.text_until == message.created_at + KIT_LIFE


def test_a_repeat_after_the_text_is_gone_is_still_harmless(database: Database, keys: Keys, origin: Origin) -> None:
    write(database, keys, origin)
    database.write(lambda session: compose.forget_texts(session, origin.now + KIT_LIFE))
    assert write(database, keys, origin) == "form-1"
    assert rows(database) == (1, 3, 2, 1)


def test_signer_and_text_show_nothing_when_printed() -> None:
    shown = repr(SIGNER) + repr(TEXTS)
    assert not [word for word in ("Reyes", "Congress", "example.org", "parole") if word in shown]
