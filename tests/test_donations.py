"""A hand-over is counted, and nothing is kept about whose it was."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from campaign import donations, partners
from campaign.database import Database
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
    assert columns == {"id", "destination", "partner", "letter", "state", "day", "created_at", "counted"}
