"""On PostgreSQL two transactions run at the same time: what the second may do before the first one is committed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select, text

from campaign import confirming, consents, erasing, mine, pledges, supporters
from campaign.database import Database
from campaign.delivery import outbox
from campaign.keys import Keys, link_hash
from campaign.models import ConfirmLink, Mail, Pledge, Supporter
from campaign.pledges import Occasion, Person
from tests.conftest import NOON
from tests.serving import wait_until


def overtaken(database: Database, first: Callable[[Any], Any], second: Callable[[Any], Any]) -> list[Any]:
    """What two transactions return of which the second begins while the first is not committed yet."""
    returned: list[Any] = [None, None]
    elsewhere = Database(database.url.render_as_string(hide_password=False))  # in one process they would stand in line

    def run() -> None:
        returned[1] = elsewhere.write(second)

    other = threading.Thread(target=run)
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )

    def stay(session: Any) -> Any:
        found = first(session)
        session.flush()
        other.start()
        with database.engine.connect() as looking:
            looking.execution_options(isolation_level="AUTOCOMMIT")  # what it shows is kept for a transaction's length
            wait_until(lambda: not other.is_alive() or bool(looking.execute(waits).scalar()), "the second")
        return found

    returned[0] = database.write(stay)
    other.join()
    elsewhere.close()
    return returned


TOKENS: list[str] = []


def letter(token: str, _kinds: Any, _reminder: bool) -> tuple[str, str]:
    TOKENS.append(token)
    return "Subject", token


def test_one_of_two_has_confirmed(postgresql_database: Database, keys: Keys) -> None:
    store = storing(keys, "call")
    postgresql_database.write(store)
    token = TOKENS[-1]

    def press(agreed: bool) -> Callable[[Any], int]:
        return lambda session: confirming.confirm(session, token, ["1-ME"], {(consents.CONTACT, ""): agreed}, now=NOON)

    assert overtaken(postgresql_database, press(True), press(False)) == [1, 0]


def test_a_mailbox_is_reminded_once_and_asked_once(postgresql_database: Database, keys: Keys) -> None:
    postgresql_database.write(storing(keys))
    overtaken(postgresql_database, storing(keys, "call"), storing(keys, "visit"))
    with postgresql_database.read() as session:
        kinds = session.scalars(select(Mail.kind)).all()
        links = session.scalars(select(ConfirmLink.id)).all()
    assert (kinds.count("reminder"), kinds.count("confirm") == len(links)) == (1, True)
    later = storing(keys, "call", now=NOON + 2 * pledges.REPEAT)
    overtaken(postgresql_database, later, later)
    with postgresql_database.read() as session:
        assert len(session.scalars(select(ConfirmLink.id)).all()) == len(links) + 1


def storing(keys: Keys, *kinds: str, now: Any = NOON) -> Callable[[Any], None]:
    """A transaction that pledges these kinds and asks to confirm them."""

    def store(session: Any) -> None:
        who = supporters.find_or_add(session, keys, "ana@example.org", may_contact=False, now=now)
        pledges.make(session, Person(who, "name"), kinds, Occasion("ME", now.date(), now))
        confirming.ask(session, keys, "ana@example.org", letter, now=now)

    return store


def test_no_more_than_three_links_a_day_lead_to_a_page(postgresql_database: Database, keys: Keys) -> None:
    postgresql_database.write(storing(keys))

    def ask(session: Any) -> str:
        mine.ask_for_link(session, keys, "ana@example.org", lambda token: letter(token, (), False), now=NOON)
        return TOKENS[-1]

    postgresql_database.write(ask)
    postgresql_database.write(ask)
    third, _fourth = overtaken(postgresql_database, ask, ask)
    with postgresql_database.read() as session:
        assert len(session.scalars(select(Mail.id)).all()) == outbox.MOST == 3
        assert session.scalars(select(Supporter.mine_hash)).one() == link_hash(third)


LATE = NOON + confirming.LINK_LIFE


def erase(session: Any) -> None:
    erasing.erase(session, session.scalars(select(Supporter.id)).one())


def purge(session: Any) -> None:
    confirming.forget_unconfirmed(session, Supporter, session.scalars(select(Supporter.id)).all(), LATE)


def kept(database: Database) -> dict[str, int]:
    """What is there, and how many pledges have no maker but still a name."""
    with database.read() as session:
        found = {
            row.__tablename__: len(session.scalars(select(row.id)).all()) for row in (ConfirmLink, Mail, Supporter)
        }
        orphans = select(Pledge.id).where(Pledge.supporter_id.is_(None), Pledge.name_hash.is_not(None))
        return found | {"orphans": len(session.scalars(orphans).all())}


NOTHING = {"confirm_links": 0, "mails": 0, "supporters": 0, "orphans": 0}
ONE = {"confirm_links": 1, "mails": 2, "supporters": 1, "orphans": 0}


@pytest.fixture
def known(postgresql_database: Database, keys: Keys) -> Database:
    """An address of long ago, and nothing else."""
    postgresql_database.write(
        lambda session: supporters.find_or_add(session, keys, "ana@example.org", may_contact=False, now=NOON)
    )
    return postgresql_database


def test_what_is_pledged_while_its_maker_is_erased_is_erased_with_them(known: Database, keys: Keys) -> None:
    overtaken(known, storing(keys, "call", now=LATE), erase)
    assert kept(known) == NOTHING


def test_who_pledges_while_their_address_is_purged_stays(known: Database, keys: Keys) -> None:
    overtaken(known, storing(keys, "call", now=LATE), purge)
    assert kept(known) == ONE


@pytest.mark.parametrize("forget", [erase, purge])
def test_who_pledges_while_they_are_forgotten_is_new(
    known: Database, keys: Keys, forget: Callable[[Any], None]
) -> None:
    def hold_and_forget(session: Any) -> None:
        session.execute(select(Supporter.id).with_for_update()).all()
        event.listen(session, "before_commit", forget, once=True)  # when the other one waits

    overtaken(known, hold_and_forget, storing(keys, "call", now=LATE))
    assert kept(known) == ONE


def test_who_is_erased_twice_at_once_is_erased_once(known: Database) -> None:
    overtaken(known, erase, erase)
    assert kept(known) == NOTHING
