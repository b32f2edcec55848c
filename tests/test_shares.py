"""Links to an office's page: they end, they are kept as hashes, and who made and ended them stands in the log."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import purges, shares
from campaign.database import Database
from campaign.errors import Malformed, NotFound
from campaign.keys import link_hash
from campaign.models import Entry, Share

WHO = "ora@example.org"


def make(database: Database, now: datetime, days: int = 7, seat: str = "ME-01") -> str:
    return database.write(lambda session: shares.make(session, seat, "P000597", "Chief of staff", days, WHO, now=now))


def opens(database: Database, token: str, now: datetime) -> bool:
    with database.read() as session:
        try:
            return shares.find(session, token, now).seat == "ME-01"
        except NotFound:
            return False


def log(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        return [(one.organizer, one.action, one.about) for one in session.scalars(select(Entry).order_by(Entry.id))]


@pytest.mark.parametrize("days", shares.DAYS)
def test_a_link_opens_its_page_until_its_last_moment(any_database: Database, now: datetime, days: int) -> None:
    token = make(any_database, now, days)
    last = now + timedelta(days=days)
    moments = (now, last - timedelta(microseconds=1), last, last + timedelta(days=400))
    assert [opens(any_database, token, moment) for moment in moments] == [True, True, False, False]
    for other in ("", "x", token[:-1], token.swapcase(), link_hash(token)):
        assert not opens(any_database, other, now)


def test_the_token_is_stored_nowhere(any_database: Database, now: datetime) -> None:
    token = make(any_database, now)
    with any_database.read() as session:
        (row,) = session.execute(select(*Share.__table__.columns))
        assert (row.token_hash, row.audience, row.organizer) == (link_hash(token), "Chief of staff", WHO)
        assert token not in str(tuple(row))


def test_ending_a_link_ends_it_at_once_and_once(any_database: Database, now: datetime) -> None:
    token, other = make(any_database, now), make(any_database, now, 30)
    later = now + timedelta(hours=1)
    for moment in (later, later + timedelta(hours=1)):
        assert any_database.write(lambda session, at=moment: shares.end(session, 1, WHO, now=at)) == "ME-01"
    assert (opens(any_database, token, later), opens(any_database, other, later)) == (False, True)
    assert log(any_database) == [(WHO, "share", "ME-01"), (WHO, "share", "ME-01"), (WHO, "unshare", "ME-01")]
    with any_database.read() as session:
        assert session.get_one(Share, 1).ends_at == later
    with pytest.raises(NotFound):
        any_database.write(lambda session: shares.end(session, 99, WHO, now=now))


def test_open_ones_are_those_that_open_something(any_database: Database, now: datetime) -> None:
    make(any_database, now, 30)
    make(any_database, now, 1)
    make(any_database, now, 7, "ME-02")

    def listed(session: Session, at: datetime, seat: str | None = None) -> list[int]:
        return [share.id for share in shares.open_ones(session, at, seat)]

    with any_database.read() as session:
        assert listed(session, now) == [2, 3, 1]
        assert listed(session, now, "ME-01") == [2, 1]
        assert listed(session, now + timedelta(days=1)) == [3, 1]
        assert listed(session, now + timedelta(days=30)) == []


@pytest.mark.parametrize("text", ["", "0", "2", "31", "-1", "07", "seven", "1e9"])
def test_for_other_days_there_is_no_link(text: str) -> None:
    with pytest.raises(Malformed):
        shares.parse_days(text)


@pytest.mark.parametrize("text", ["", "  ", "x" * 101, "\x00"])
def test_it_is_said_for_whom(text: str) -> None:
    with pytest.raises(Malformed):
        shares.parse_audience(text)
    assert shares.parse_audience(" Chief  of staff ") == "Chief of staff"


def test_links_that_ended_long_ago_are_deleted(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(database, now, 1)
    make(database, now, 30)
    for days, left in ((1, 2), (30, 2), (31, 1), (59, 1), (60, 0)):
        monkeypatch.setattr("campaign.clock.wall", lambda days=days: now + timedelta(days=days))
        purges.purge_shares(database)
        with database.read() as session:
            assert len(session.scalars(select(Share.id)).all()) == left, days
