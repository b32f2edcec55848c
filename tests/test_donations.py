"""A hand-over is counted, and nothing is kept about whose it was."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from campaign import donations, partners
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Click


def stored(database: Database) -> list[Click]:
    with database.read() as session:
        return list(session.scalars(select(Click)))


def test_each_hand_over_is_counted(database: Database, now: datetime) -> None:
    for _ in range(3):
        database.write(lambda session: donations.record_click(session, "relief", day=now.date(), now=now))
    assert [(row.destination, row.partner, row.letter, row.state) for row in stored(database)] == [
        ("relief", None, None, None)
    ] * 3


def test_a_hand_over_knows_the_partner_the_letter_and_the_state_it_came_from(database: Database, now: datetime) -> None:
    database.write(lambda session: partners.add(session, "riverside", "Riverside", ["https://r.example"], now=now))
    database.write(
        lambda session: donations.record_click(
            session, "relief", day=now.date(), now=now, partner="riverside", letter="restore-u4u", state="ME"
        )
    )
    (row,) = stored(database)
    assert (row.partner, row.letter, row.state, row.day, row.created_at) == (
        "riverside",
        "restore-u4u",
        "ME",
        now.date(),
        now,
    )


def test_a_partner_that_does_not_exist_cannot_be_counted(database: Database, now: datetime) -> None:
    with pytest.raises(IntegrityError):
        database.write(
            lambda session: donations.record_click(session, "relief", day=now.date(), now=now, partner="nobody")
        )
    assert stored(database) == []


def test_the_table_has_no_place_for_a_person() -> None:
    columns = {column.name for column in Click.__table__.columns}
    whence = {"partner", "letter", "state", "source"}
    assert columns == whence | {"id", "destination", "by", "token", "day", "created_at", "counted"}


def test_an_id_is_random_and_known_again_however_it_is_written(keys: Keys) -> None:
    tokens = {donations.new_token(keys) for _ in range(1_000)}
    assert len(tokens) == 1_000
    for token in tokens:
        assert re.fullmatch("[0-9a-f]{64}", token)
        assert donations.parse_token(keys, token) == token
        assert donations.parse_token(keys, f" {token.upper()}\n") == token


def test_an_id_with_one_digit_changed_is_none_of_ours(keys: Keys) -> None:
    token = donations.new_token(keys)
    for place in range(len(token)):
        other = "0" if token[place] != "0" else "1"
        assert donations.parse_token(keys, token[:place] + other + token[place + 1 :]) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.from_regex("[0-9a-f]{64}", fullmatch=True))
def test_a_made_up_id_is_known_as_such(keys: Keys, text: str) -> None:
    assert donations.parse_token(keys, text) is None


def test_an_id_of_another_campaign_is_none_of_ours(keys: Keys) -> None:
    other = dataclasses.replace(keys, hash_key=b"another campaign's key, as long as it has to be")
    assert donations.parse_token(keys, donations.new_token(other)) is None


def test_an_id_outlives_the_key_that_signs_pages(keys: Keys) -> None:
    token = donations.new_token(keys)
    assert donations.parse_token(dataclasses.replace(keys, secret="renewed" * 8), token) == token


def test_an_id_goes_out_once(database: Database, now: datetime, keys: Keys) -> None:
    token = donations.new_token(keys)
    for _ in range(2):  # hand-overs without one are as many as they like
        database.write(lambda session: donations.record_click(session, "relief", day=now.date(), now=now))
    database.write(lambda session: donations.record_click(session, "relief", day=now.date(), now=now, token=token))
    with pytest.raises(IntegrityError):
        database.write(lambda session: donations.record_click(session, "relief", day=now.date(), now=now, token=token))
    assert [row.token for row in stored(database)] == [None, None, token]
