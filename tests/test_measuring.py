"""How much of the letters is their writers' own, found out while their texts are kept."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from sqlalchemy import select, update

from campaign import compose, measuring
from campaign.addresses import Address
from campaign.compose import Origin, Signer, Text
from campaign.config import ROOT
from campaign.congress import Roster
from campaign.congress.tables import TABLES
from campaign.database import Database
from campaign.drafts import addressee
from campaign.keys import Keys
from campaign.letters import Wish, assemble, loading
from campaign.models import Message

ADDRESS = Address("12 Elm Street", "Portland", "ME", "04101")
OWN = "My neighbor Olena came here with two children and a suitcase, and teaches our daughter to play the violin."


@pytest.fixture(scope="module")
def roster() -> Roster:
    return Roster.load(TABLES)


@pytest.fixture(scope="module")
def bank() -> loading.Bank:
    return loading.load(ROOT / "letters")


def write(database: Database, keys: Keys, now: datetime, form_id: str, *bodies: str) -> None:
    """A message of letters with these bodies."""
    seats = ("ME-S1", "ME-S2", "ME-01")
    texts = [Text(seat, "M000001", "Subject", body) for seat, body in zip(seats, bodies, strict=False)]
    origin = Origin(form_id, "protect-parole", None, "ME-01", congress=119, day=now.date(), now=now)
    signer = Signer("Ana Reyes", ADDRESS)
    database.write(lambda session: compose.write_message(session, keys, origin, signer, texts))


def drafted(bank: loading.Bank, roster: Roster, now: datetime, words: str) -> str:
    office = roster.office("ME-S1", now.date())
    wish = Wish("neighbor", (bank.letters["protect-parole"].file.reasons[0].code,), words, "Ana Reyes", ADDRESS)
    return assemble(bank, bank.letters["protect-parole"], addressee(office, 0), wish, "seed").body


def found(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(Message.originality).order_by(Message.id)))


def test_a_letter_of_the_campaigns_words_alone_is_nobodys_own(
    database: Database, keys: Keys, now: datetime, bank: loading.Bank, roster: Roster
) -> None:
    theirs = drafted(bank, roster, now, "")
    write(database, keys, now, "none", theirs)
    write(database, keys, now, "some", theirs.replace("\n\n", f"\n\n{OWN}\n\n", 1))
    write(database, keys, now, "all", f"Dear Senator Collins:\n\n{OWN}\n\nAna Reyes")
    write(database, keys, now, "least", f"Dear Senator Collins:\n\n{OWN}\n\nAna Reyes", theirs)
    assert measuring.measure(database, keys, bank, roster, now.date(), 60) == 4
    none, some, whole, least = found(database)
    assert (none, whole, least) == (0, 100, 0)
    assert some is not None
    assert 0 < some < 100
    assert measuring.measure(database, keys, bank, roster, now.date(), 60) == 0


def test_what_has_no_text_any_more_is_left_unmeasured(
    database: Database, keys: Keys, now: datetime, bank: loading.Bank, roster: Roster
) -> None:
    write(database, keys, now, "gone", "Dear Senator Collins:\n\nWords.\n\nAna Reyes")
    database.write(lambda session: session.execute(update(Message).values(sealed=None)).close())
    assert measuring.measure(database, keys, bank, roster, now.date(), 60) == 0
    assert found(database) == [None]


def test_a_text_that_no_key_opens_is_tried_again_later(
    database: Database, keys: Keys, now: datetime, bank: loading.Bank, roster: Roster, caplog: pytest.LogCaptureFixture
) -> None:
    write(database, keys, now, "kept", "Dear Senator Collins:\n\nWords.\n\nAna Reyes")
    database.write(lambda session: session.execute(update(Message).values(sealed=b"other")).close())
    assert measuring.measure(database, keys, bank, roster, now.date(), 60) == 0
    assert [record.getMessage() for record in caplog.records] == ["letters not measured"]
    kept = json.dumps({"address": ADDRESS.lines, "texts": {"ME-S1": {"body": f"Dear Senator Collins:\n\n{OWN}"}}})
    database.write(lambda session: session.execute(update(Message).values(sealed=keys.seal(kept))).close())
    assert measuring.measure(database, keys, bank, roster, now.date(), 60) == 1
    assert found(database) == [100]
