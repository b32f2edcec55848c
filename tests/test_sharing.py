"""A partner's list: who is in it, and which link leads to it, for how long."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign import consents, erasing, exports, partners, sharing, supporters
from campaign.consents import SHARE
from campaign.database import Database
from campaign.errors import Conflict, Forbidden, NotFound
from campaign.keys import Keys
from campaign.models import Consent, Mail, Message, Pledge
from campaign.partners import Partner

OFFICE = "office@riverside.example"
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def riverside(any_database: Database, keys: Keys, now: datetime) -> Partner:
    """A partner with a contact address, beside another one."""

    def add(session: Session) -> Partner:
        for code in ("riverside", "other"):
            partners.add(session, code, code.title(), [f"https://{code}.example"], now=now)
        return partners.change_email(session, keys, "riverside", OFFICE)

    return any_database.write(add)


def come(session: Session, keys: Keys, email: str, now: datetime, said: dict[str, bool], kind: str, **more: Any) -> int:
    """A supporter with a pledge or a message through `riverside`, unless `more` says otherwise."""
    who = supporters.find_or_add(session, keys, email, may_contact=False, now=now)
    consents.settle(session, who, {(SHARE, code): yes for code, yes in said.items()}, now=now)
    common = {"supporter_id": who, "partner": "riverside", "state": "ME", "day": now.date(), "created_at": now}
    if kind == "pledge":
        session.add(Pledge(**{**common, "kind": "call", "confirmed_at": now, **more}))
    else:
        own = {"form_id": email, "content_hash": "x", "letter": "x", "text_until": now}
        session.add(Message(**{**common, **own, **more}))
    return who


YES = {"riverside": True}


@pytest.mark.parametrize(
    ("listed", "said", "kind", "more"),
    [
        (True, YES, "pledge", {}),
        (True, YES, "message", {}),
        (True, {"riverside": True, "other": True}, "message", {}),
        (False, {}, "pledge", {}),
        (False, {"other": True}, "pledge", {}),
        (False, YES, "pledge", {"partner": "other"}),
        (False, YES, "message", {"partner": "other"}),
        (False, YES, "message", {"partner": None}),
        (False, YES, "pledge", {"confirmed_at": None}),
        (False, YES, "pledge", {"withdrawn_at": datetime.fromisoformat("2026-11-24T13:00-05:00")}),
        (False, YES, "pledge", {"quarantined_at": datetime.fromisoformat("2026-11-24T13:00-05:00")}),
        (False, YES, "message", {"quarantined_at": datetime.fromisoformat("2026-11-24T13:00-05:00")}),
    ],
)
def test_those_are_listed_who_agreed_and_came_through_the_partner(
    any_database: Database,
    riverside: Partner,
    keys: Keys,
    now: datetime,
    listed: bool,
    said: dict[str, bool],
    kind: str,
    more: dict[str, Any],
) -> None:
    any_database.write(lambda session: come(session, keys, "ana@example.org", now, said, kind, **more))
    row = ("ana@example.org", "2026-11-24", consents.WORDINGS[SHARE].version)
    assert rows(any_database, keys) == ([row] if listed else [])


def rows(database: Database, keys: Keys, code: str = "riverside") -> list[tuple[str, ...]]:
    with database.read() as session:
        return list(exports.shared_rows(session, keys, code, ZONE))


def test_nobody_is_listed_by_a_wish_after_a_withdrawal_or_once_erased(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime
) -> None:
    names = ("wishes@example.org", "withdraws@example.org", "erased@example.org", "stays@example.org")
    ids = [any_database.write(partial(come, keys=keys, email=name, now=now, said=YES, kind="pledge")) for name in names]
    assert [row[0] for row in rows(any_database, keys)] == list(names)

    def change(session: Session) -> None:
        session.execute(update(Consent).where(Consent.supporter_id == ids[0]).values(given_at=None))
        consents.settle(session, ids[1], {(SHARE, "riverside"): False}, now=now)
        erasing.erase(session, ids[2])

    any_database.write(change)
    assert [row[0] for row in rows(any_database, keys)] == ["stays@example.org"]
    assert rows(any_database, keys, "other") == rows(any_database, keys, "") == []


def test_the_day_on_which_they_agreed_is_the_campaigns(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime
) -> None:
    late = now.replace(hour=23, minute=30)  # in UTC it is the next day
    any_database.write(lambda session: come(session, keys, "ana@example.org", late, YES, "message"))
    assert [row[1] for row in rows(any_database, keys)] == ["2026-11-24"]


def ask(database: Database, keys: Keys, partner: Partner, now: datetime) -> str:
    """The token of the link that was mailed."""
    made: list[str] = []

    def write(token: str) -> tuple[str, str]:
        made.append(token)
        return "Your list", f"See {token}"

    database.write(lambda session: sharing.ask(session, keys, partner, write, now=now))
    return made[-1]


def test_a_link_goes_to_the_contact_address_and_works_for_an_hour(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime
) -> None:
    token = ask(any_database, keys, riverside, now)
    with any_database.read() as session:
        (mail,) = session.scalars(select(Mail)).all()
        assert mail.sealed
        assert (mail.kind, json.loads(keys.unseal(mail.sealed))["to"]) == (sharing.MAIL, OFFICE)
        for seconds in (0, 3599):
            assert sharing.read(session, keys, token, now + timedelta(seconds=seconds)) == riverside
        with pytest.raises(NotFound, match="one hour"):
            sharing.read(session, keys, token, now + timedelta(seconds=3600))


def test_at_most_three_links_are_mailed_in_a_day(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime
) -> None:
    for _ in range(3):
        ask(any_database, keys, riverside, now)
    with pytest.raises(sharing.Enough, match="one day"):
        ask(any_database, keys, riverside, now)
    assert ask(any_database, keys, riverside, now + timedelta(days=1))


def test_of_many_who_ask_at_the_same_moment_three_get_a_mail(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime
) -> None:
    def attempt(_number: int) -> bool:
        try:
            return bool(ask(any_database, keys, riverside, now))
        except sharing.Enough:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(8))) == 3


def test_there_is_no_list_without_an_address_or_while_paused(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime
) -> None:
    with any_database.read() as session:
        other = partners.find(session, "other")
    assert other
    with pytest.raises(Conflict, match="No address is known"):
        ask(any_database, keys, other, now)
    token = ask(any_database, keys, riverside, now)
    paused = any_database.write(partial(partners.pause, code="riverside", now=now))
    with pytest.raises(Forbidden, match="paused"):
        ask(any_database, keys, paused, now)
    with any_database.read() as session, pytest.raises(Forbidden, match="paused"):
        sharing.read(session, keys, token, now)
    any_database.write(partial(partners.resume, code="riverside"))
    with any_database.read() as session:
        assert sharing.read(session, keys, token, now) == riverside


def test_a_link_ends_with_the_address_it_went_to(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime
) -> None:
    token = ask(any_database, keys, riverside, now)
    any_database.write(partial(partners.change_email, keys=keys, code="riverside", email="new@riverside.example"))
    with any_database.read() as session, pytest.raises(NotFound):
        sharing.read(session, keys, token, now)


@pytest.mark.parametrize(
    "about",
    [
        None,
        [],
        {},
        "list",
        {"list": "riverside"},
        {"list": "riverside", "to": "x", "until": 9e12},
        {"list": "riverside", "to": None, "until": 9e12},
        {"list": ["riverside"], "to": "x", "until": 9e12},
        {"list": "nobody", "to": "x", "until": 9e12},
        {"list": "riverside", "to": "x", "until": "soon"},
        {"from": "x", "to": "ana@example.org", "until": 9e12},
    ],
    ids=str,
)
def test_what_else_we_have_sealed_opens_no_list(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime, about: object
) -> None:
    with any_database.read() as session, pytest.raises(NotFound):
        sharing.read(session, keys, keys.seal(json.dumps(about)).decode(), now)


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "\0", "é", "\ud800", "a" * 10_000, "riverside"])
def test_what_we_have_not_sealed_opens_nothing(
    any_database: Database, riverside: Partner, keys: Keys, now: datetime, token: str
) -> None:
    with any_database.read() as session, pytest.raises(NotFound):
        sharing.read(session, keys, token, now)


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("office@riverside.example", "o…@riverside.example"),
        ("o@riverside.example", "o…@riverside.example"),
        ("élan@riverside.example", "é…@riverside.example"),
        ('"a@b"@riverside.example', '"…@riverside.example'),
    ],
)
def test_an_address_is_masked_but_for_its_first_sign(email: str, shown: str) -> None:
    assert sharing.masked(email) == shown
