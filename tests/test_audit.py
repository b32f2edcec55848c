"""The log of who did what: in the transaction of the act, and never changed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from campaign import audit, clock
from campaign.database import Database
from campaign.models import Entry


@pytest.fixture(autouse=True)
def _acts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(audit.ACTIONS, "tried", "Tried something")


def note(database: Database, about: str) -> None:
    database.write(lambda session: audit.note(session, "ora@example.org", "tried", about, now=clock.wall()))


def test_the_newest_come_first_and_in_pages(database: Database) -> None:
    for about in ("one", "two", "three"):
        note(database, about)
    with database.read() as session:
        first = audit.newest(session, most=2)
        rest = audit.newest(session, before=first[-1].id)
        assert [entry.about for entry in first] == ["three", "two"]
        assert [(entry.organizer, entry.action, entry.about) for entry in rest] == [("ora@example.org", "tried", "one")]


@pytest.mark.parametrize("change", [update(Entry).values(about="another"), delete(Entry)], ids=["change", "delete"])
def test_the_database_refuses_to(database: Database, change: object) -> None:
    note(database, "one")
    with pytest.raises(DBAPIError, match="only added"):
        database.write(lambda session: session.execute(change))  # type: ignore[call-overload]
    with database.read() as session:
        assert session.scalars(select(Entry.about)).all() == ["one"]


def test_an_act_that_fails_leaves_no_entry(database: Database) -> None:
    def act(session: object) -> None:
        audit.note(session, "ora@example.org", "tried", now=clock.wall())  # type: ignore[arg-type]
        raise KeyError

    with pytest.raises(KeyError):
        database.write(act)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 0


def test_an_act_without_words_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="no action"):
        database.write(lambda session: audit.note(session, "", "unheard of", now=clock.wall()))
