"""Another address of email: nothing changes before whoever reads its mail has pressed the button."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from campaign import confirming, consents, emails, erasing, mine, moving, pledges, supporters
from campaign.consents import CONTACT, SHARE, Purpose
from campaign.database import Database
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import ConfirmLink, Mail, Pledge, Supporter
from campaign.moving import LINK_LIFE, Taken
from campaign.pledges import Occasion, Person

OLD, NEW = "ana@example.org", "ana.reyes@example.net"


@pytest.fixture
def ana(any_database: Database, keys: Keys, now: datetime) -> int:
    """Somebody with a pledge that waits to be confirmed."""

    def store(session: supporters.Session) -> int:
        who = supporters.find_or_add(session, keys, OLD, may_contact=False, now=now)
        pledges.make(session, Person(who), ["call"], Occasion("ME", now.date(), now))
        confirming.ask(session, keys, OLD, lambda token, kinds, reminder: ("Subject", token), now=now)
        return who

    return any_database.write(store)


def ask(database: Database, keys: Keys, who: int, now: datetime, email: str = NEW) -> str:
    """The token of a link to a new address."""
    tokens: list[str] = []

    def write(token: str) -> tuple[str, str]:
        tokens.append(token)
        return "Subject", token

    database.write(lambda session: moving.ask(session, keys, who, email, write, now=now))
    return tokens[-1]


def move(database: Database, keys: Keys, token: str, now: datetime, *ticked: str) -> None:
    assert database.write(lambda session: moving.move(session, keys, token, ticked, now=now)).casefold() in (OLD, NEW)


def confirm_token(database: Database, keys: Keys) -> str:
    """The token of the link by which the pledge can be confirmed."""
    with database.read() as session:
        link = session.scalars(select(Mail.sealed).where(Mail.kind == confirming.MAIL)).one()
    assert link
    return keys.unseal(link).split('"text": "')[1].split('"')[0]


def page_token(database: Database, keys: Keys, email: str, now: datetime) -> str:
    """The token of a link to the private page."""
    tokens: list[str] = []

    def write(token: str) -> tuple[str, str]:
        tokens.append(token)
        return "Subject", token

    database.write(lambda session: mine.ask_for_link(session, keys, email, write, now=now))
    return tokens[-1]


def address(database: Database, keys: Keys, who: int) -> str:
    with database.read() as session:
        return keys.unseal(session.get_one(Supporter, who).sealed_email)


def test_the_button_makes_the_new_address_theirs_and_the_old_one_nobodys(
    any_database: Database, keys: Keys, ana: int, now: datetime
) -> None:
    token = ask(any_database, keys, ana, now)
    assert address(any_database, keys, ana) == OLD
    move(any_database, keys, token, now)
    assert address(any_database, keys, ana) == NEW
    with any_database.read() as session:
        hashes = set(session.scalars(select(Supporter.email_hash)))
        assert hashes == {emails.fingerprint(keys, NEW)}
        assert set(session.scalars(select(Mail.email_hash))) == hashes
    assert (
        any_database.write(lambda session: supporters.find_or_add(session, keys, NEW, may_contact=False, now=now))
        == ana
    )


def test_links_that_went_to_the_old_mailbox_open_nothing_and_no_mail_leaves_for_it(
    any_database: Database, keys: Keys, ana: int, now: datetime
) -> None:
    confirm, page = confirm_token(any_database, keys), page_token(any_database, keys, OLD, now)
    with any_database.read() as session:
        assert (mine.find(session, page), [one.kind for one in confirming.waiting(session, confirm, now).pledges]) == (
            ana,
            ["call"],
        )
    move(any_database, keys, ask(any_database, keys, ana, now), now)
    with any_database.read() as session:
        with pytest.raises(NotFound):
            mine.find(session, page)
        with pytest.raises(NotFound):
            confirming.waiting(session, confirm, now)
        assert session.scalars(select(Mail.kind)).all() == [moving.MAIL]
        assert session.scalars(select(ConfirmLink)).all() == []
        assert session.scalars(select(Pledge.withdrawn_at)).all() == [None]
    with pytest.raises(NotFound):
        any_database.write(lambda session: confirming.confirm(session, confirm, ["1-ME"], {}, now=now))


def test_what_was_agreed_to_from_the_old_mailbox_holds_only_if_it_is_ticked(
    any_database: Database, keys: Keys, ana: int, now: datetime
) -> None:
    def agreed(email_hash: str) -> set[Purpose]:
        with any_database.read() as session:
            return set(moving.agreed(session, moving.Move(email_hash, NEW)))

    both: dict[Purpose, bool] = {(CONTACT, ""): True, (SHARE, "riverside"): True}
    any_database.write(lambda session: consents.settle(session, ana, both, now=now))
    old, new = (emails.fingerprint(keys, email) for email in (OLD, NEW))
    assert (agreed(old), agreed(new)) == (set(both), set())
    move(any_database, keys, ask(any_database, keys, ana, now), now, "share riverside", "share union", "x")
    assert (agreed(old), agreed(new)) == (set(), {(SHARE, "riverside")})
    move(any_database, keys, ask(any_database, keys, ana, now, OLD), now)
    assert agreed(old) == set()


def test_whoever_moved_and_is_erased_leaves_no_mail_behind(
    any_database: Database, keys: Keys, ana: int, now: datetime
) -> None:
    any_database.write(lambda session: session.execute(update(Mail).values(sent_at=now, sealed=None)).close())
    move(any_database, keys, ask(any_database, keys, ana, now), now)
    any_database.write(lambda session: erasing.erase(session, ana))
    with any_database.read() as session:
        assert [session.scalars(select(table)).all() for table in (Mail, ConfirmLink, Supporter)] == [[], [], []]
        assert len(session.scalars(select(Pledge)).all()) == 1


def test_a_link_works_once_and_for_a_day(any_database: Database, keys: Keys, ana: int, now: datetime) -> None:
    token = ask(any_database, keys, ana, now)
    with pytest.raises(NotFound, match="does not work any more"):
        move(any_database, keys, token, now + LINK_LIFE)
    move(any_database, keys, token, now + LINK_LIFE - timedelta(seconds=1))
    with pytest.raises(NotFound):
        move(any_database, keys, token, now)
    assert address(any_database, keys, ana) == NEW


def test_two_people_are_not_made_one(any_database: Database, keys: Keys, ana: int, now: datetime) -> None:
    any_database.write(lambda session: supporters.find_or_add(session, keys, NEW, may_contact=False, now=now))
    token = ask(any_database, keys, ana, now, "ANA.REYES@example.net")
    with pytest.raises(Taken):
        move(any_database, keys, token, now)
    assert address(any_database, keys, ana) == OLD


def test_another_spelling_of_the_same_mailbox_is_taken_over(
    any_database: Database, keys: Keys, ana: int, now: datetime
) -> None:
    confirm, page = confirm_token(any_database, keys), page_token(any_database, keys, OLD, now)
    move(any_database, keys, ask(any_database, keys, ana, now, "ANA@example.org"), now)
    assert address(any_database, keys, ana) == "ANA@example.org"
    with any_database.read() as session:  # what was mailed is in the same mailbox
        assert (mine.find(session, page), [one.kind for one in confirming.waiting(session, confirm, now).pledges]) == (
            ana,
            ["call"],
        )


@pytest.mark.parametrize("token", ["", "x", "gAAAAA==", "\ud800", "é"])
def test_what_is_no_link_moves_nobody(any_database: Database, keys: Keys, ana: int, now: datetime, token: str) -> None:
    with pytest.raises(NotFound):
        move(any_database, keys, token, now)
    sealed = keys.seal('{"name": "a letter that was sealed with the same key"}').decode()
    with pytest.raises(NotFound):
        move(any_database, keys, sealed, now)


def test_a_stranger_is_mailed_no_more_than_three_links_a_day(
    any_database: Database, keys: Keys, ana: int, now: datetime
) -> None:
    for _ in range(5):
        ask(any_database, keys, ana, now)
    with any_database.read() as session:
        assert len(session.scalars(select(Mail).where(Mail.kind == moving.MAIL)).all()) == 3
