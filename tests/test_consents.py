"""What people agree to: once for each purpose and partner, in words that can be told later."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from campaign import consents, supporters
from campaign.consents import CONTACT, SHARE, WORDINGS, Purpose, Wording
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Supporter

CAMPAIGN, PARISH = (CONTACT, ""), (SHARE, "parish")
HOUR = timedelta(hours=1)

SAID = {
    "contact": ("2026-11-24", "63a13578"),
    "share": ("2026-11-24", "4411c085"),
    "print": ("2026-11-24", "8fb3980d"),
    "quote": ("2026-11-24", "c6a75e6f"),
}
"""Each version with a hash of its words. Whoever changes the words here gives them a new version, too."""


@pytest.fixture
def ana(database: Database, keys: Keys, now: datetime) -> int:
    return database.write(
        lambda session: supporters.find_or_add(session, keys, "ana@example.org", may_contact=False, now=now)
    )


def give(database: Database, who: int, now: datetime, *purposes: Purpose) -> None:
    database.write(lambda session: consents.settle(session, who, dict.fromkeys(purposes, True), now=now))


def wish(database: Database, who: int, now: datetime, *purposes: Purpose) -> None:
    database.write(lambda session: consents.wish(session, who, purposes, now=now))


def of(database: Database, who: int) -> dict[Purpose, tuple[str, datetime | None, datetime | None]]:
    with database.read() as session:
        found = consents.of(session, who)
        assert all(one.holds == (one.given_at is not None and one.withdrawn_at is None) for one in found)
        return {(one.purpose, one.partner): (one.wording, one.given_at, one.withdrawn_at) for one in found}


def test_words_change_with_their_version_alone() -> None:
    told = {name: (one.version, hashlib.sha256(one.text.encode()).hexdigest()[:8]) for name, one in WORDINGS.items()}
    assert told == SAID
    assert WORDINGS["quote"].version == consents.LETTERS


def test_a_consent_is_kept_for_its_purpose_and_partner_with_its_words_and_time(
    database: Database, ana: int, now: datetime
) -> None:
    give(database, ana, now, CAMPAIGN)
    give(database, ana, now + HOUR, PARISH, (SHARE, "union"))
    version = WORDINGS[CONTACT].version
    assert of(database, ana) == {
        CAMPAIGN: (version, now, None),
        PARISH: (version, now + HOUR, None),
        (SHARE, "union"): (version, now + HOUR, None),
    }


def test_a_wish_gives_nothing_and_changes_nothing_that_was_said(database: Database, ana: int, now: datetime) -> None:
    wish(database, ana, now, CAMPAIGN)
    assert of(database, ana)[CAMPAIGN][1:] == (None, None)
    give(database, ana, now + HOUR, CAMPAIGN)
    wish(database, ana, now + 2 * HOUR, CAMPAIGN)
    assert of(database, ana)[CAMPAIGN][1:] == (now + HOUR, None)
    database.write(lambda session: consents.settle(session, ana, {CAMPAIGN: False}, now=now + 3 * HOUR))
    wish(database, ana, now + 4 * HOUR, CAMPAIGN)
    assert of(database, ana)[CAMPAIGN][1:] == (now + HOUR, now + 3 * HOUR)
    with database.read() as session:
        assert [one.asked_at for one in consents.of(session, ana)] == [now]


def test_giving_again_what_holds_changes_nothing(database: Database, ana: int, now: datetime) -> None:
    give(database, ana, now, CAMPAIGN)
    give(database, ana, now + HOUR, CAMPAIGN, CAMPAIGN)
    assert of(database, ana)[CAMPAIGN][1:] == (now, None)


def test_new_words_are_agreed_to_anew(
    database: Database, ana: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(database, ana, now, CAMPAIGN)
    monkeypatch.setitem(WORDINGS, CONTACT, Wording("later", "Other words."))
    assert of(database, ana)[CAMPAIGN][0] != "later"
    give(database, ana, now + HOUR, CAMPAIGN)
    assert of(database, ana)[CAMPAIGN] == ("later", now + HOUR, None)


def test_no_is_said_of_what_was_asked_alone(database: Database, ana: int, now: datetime) -> None:
    give(database, ana, now, CAMPAIGN, PARISH)
    database.write(
        lambda session: consents.settle(session, ana, {PARISH: False, (SHARE, "union"): False}, now=now + HOUR)
    )
    found = of(database, ana)
    assert {purpose: row[1:] for purpose, row in found.items()} == {CAMPAIGN: (now, None), PARISH: (now, now + HOUR)}
    database.write(lambda session: consents.settle(session, ana, {PARISH: False}, now=now + 2 * HOUR))
    assert of(database, ana) == found, "it was taken back then, and not now"
    give(database, ana, now + 3 * HOUR, PARISH)
    assert of(database, ana)[PARISH][1:] == (now + 3 * HOUR, None)


def test_who_agrees_is_found_and_nobody_else(database: Database, keys: Keys, ana: int, now: datetime) -> None:
    def agreeing(purpose: Purpose) -> list[int]:
        with database.read() as session:
            return list(session.scalars(select(Supporter.id).where(consents.holds(*purpose)).order_by(Supporter.id)))

    ben = database.write(
        lambda session: supporters.find_or_add(
            session, keys, "ben@example.org", may_contact=True, share_with="parish", now=now
        )
    )
    assert agreeing(CAMPAIGN) == agreeing(PARISH) == []
    give(database, ben, now, CAMPAIGN, PARISH)
    give(database, ana, now, (SHARE, "union"))
    assert [agreeing(one) for one in (CAMPAIGN, PARISH, (SHARE, "union"), (SHARE, ""))] == [[ben], [ben], [ana], []]
    database.write(lambda session: consents.settle(session, ben, {PARISH: False}, now=now))
    assert (agreeing(CAMPAIGN), agreeing(PARISH)) == ([ben], [])
