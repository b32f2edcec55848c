"""The private page's nouns: a link that is kept as a hash, what stands on the page, a copy, and its end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from campaign import batches, clock, compose, confirming, consents, copies, erasing, mine, purges
from campaign.addresses import Address
from campaign.compose import Origin, Signer, Text
from campaign.database import Database
from campaign.delivery import outbox
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import ConfirmLink, Consent, Delivery, Mail, Message, Pledge, Supporter
from campaign.models.delivery import SAID
from campaign.screening import SIGNS, Arrival

HOME = Address("12 Congress Street", "Portland", "ME", "04101")
EMAIL = "ana.reyes@example.org"


@pytest.fixture
def written(database: Database, keys: Keys, now: datetime) -> None:
    """Two messages by Ana, with pledges; one by somebody else; one by nobody known."""
    for number, (email, kinds) in enumerate(
        [(EMAIL, ("call",)), ("Ana.Reyes@example.org", ("visit",)), ("ben@example.org", ("call",)), (None, ())]
    ):
        arrival = Arrival("network", "We welcomed a family last year.", trapped=number == 1)
        origin = Origin(
            f"form-{number}", "restore-u4u", None, "ME-01", congress=119, day=now.date(), now=now, arrival=arrival
        )
        texts = [Text(seat, "X100001", "Subject", f"Body {number}") for seat in ("ME-S1", "ME-01")]
        signer = Signer("Ana Reyes", HOME, email)
        database.write(
            lambda session, origin=origin, signer=signer, texts=texts, kinds=kinds: compose.write_message(
                session, keys, origin, signer, texts, kinds
            )
        )


def link(database: Database, keys: Keys, now: datetime, email: str = EMAIL) -> str | None:
    """Ask for a link; gives its token, if one was made."""
    made: list[str] = []

    def write(token: str) -> tuple[str, str]:
        made.append(token)
        return "Your page", f"https://act.example/mine/{token}"

    database.write(lambda session: mine.ask_for_link(session, keys, email, write, now=now))
    return made[-1] if made else None


def supporter(database: Database, token: str) -> int:
    with database.read() as session:
        return mine.find(session, token)


@pytest.mark.usefixtures("written")
def test_a_link_opens_the_page_of_whoever_has_the_address_however_it_is_typed(
    database: Database, keys: Keys, now: datetime
) -> None:
    token = link(database, keys, now, "ANA.REYES@example.org")
    assert token
    assert len(token) == 32
    with database.read() as session:
        found = mine.messages(session, mine.find(session, token), now)
        promised = mine.promised(session, mine.find(session, token))
        assert [(one.kind, one.confirmed, one.fulfilled) for one in promised] == [
            ("call", False, False),
            ("visit", False, False),
        ]
    assert [one.form_id for one in found] == ["form-1", "form-0"]
    assert [office.seat for office in found[0].offices] == ["ME-S1", "ME-01"]


@pytest.mark.usefixtures("written")
def test_the_newest_link_works_alone_and_is_kept_as_a_hash(database: Database, keys: Keys, now: datetime) -> None:
    first, second = link(database, keys, now), link(database, keys, now)
    assert first
    assert second
    supporter(database, second)
    with pytest.raises(NotFound, match="does not work any more"):
        supporter(database, first)
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM supporters").all()
    assert second not in repr(rows)


@pytest.mark.usefixtures("written")
def test_an_address_gets_three_links_a_day_and_then_keeps_the_last(
    database: Database, keys: Keys, now: datetime
) -> None:
    tokens = [link(database, keys, now) for _ in range(5)]
    assert tokens[2]
    supporter(database, tokens[2])
    with database.read() as session:
        assert len(session.scalars(select(Mail)).all()) == 3
    later = link(database, keys, now + timedelta(days=1, seconds=1))
    assert later
    supporter(database, later)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("token", ["", "x", "a" * 32, "' OR 1=1 --", "\ud800"])
def test_what_is_no_link_opens_nothing(database: Database, token: str) -> None:
    with pytest.raises(NotFound):
        supporter(database, token)


@pytest.mark.usefixtures("written")
def test_an_address_that_is_not_known_gets_no_mail(database: Database, keys: Keys, now: datetime) -> None:
    link(database, keys, now, "nobody@example.org")
    with database.read() as session:
        assert session.scalars(select(Mail)).all() == []


@pytest.mark.usefixtures("written")
def test_an_address_that_is_not_known_costs_as_much_as_one_that_is(
    database: Database, keys: Keys, now: datetime
) -> None:
    written: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: written.append(about[2].split()[0]))
    costs = []
    for email in (EMAIL, EMAIL, EMAIL, EMAIL, "nobody@example.org"):
        written.clear()
        link(database, keys, now, email)
        costs.append((written.count("INSERT"), written[0], len(written) > 3))
    assert costs == [(1, costs[0][1], True)] * 5
    assert costs[0][1] in ("BEGIN", "SAVEPOINT"), "a transaction that writes, also for whoever is not known"


@pytest.mark.usefixtures("written")
def test_what_was_done_is_said_of_ones_own_letters_alone(database: Database, keys: Keys, now: datetime) -> None:
    token = link(database, keys, now)
    assert token
    ana = supporter(database, token)
    with database.read() as session:
        own, foreign = (
            session.scalars(
                select(Delivery.id)
                .join(Message, Message.id == Delivery.message_id)
                .where(Message.form_id == form)
                .order_by(Delivery.id)
            ).first()
            for form in ("form-0", "form-2")
        )
    assert own
    assert foreign
    database.write(lambda session: mine.mark(session, ana, own, {"replied"}, now=now))
    with database.read() as session:
        assert mine.messages(session, ana, now)[1].offices[0].said == {"replied"}
    for other in (foreign, 10**9):
        with pytest.raises(NotFound):
            database.write(lambda session, other=other: mine.mark(session, ana, other, {"sent"}, now=now))


@pytest.mark.usefixtures("written")
def test_the_letters_can_be_read_as_long_as_their_kit(database: Database, keys: Keys, now: datetime) -> None:
    token = link(database, keys, now)
    assert token
    ana = supporter(database, token)
    with database.read() as session:
        assert [one.kit_is_open for one in mine.messages(session, ana, now)] == [True, True]
        assert [one.kit_is_open for one in mine.messages(session, ana, now + timedelta(days=1))] == [False, False]


@pytest.mark.usefixtures("written")
def test_a_copy_holds_everything_that_is_kept_and_nothing_of_others(
    database: Database, keys: Keys, now: datetime
) -> None:
    token = link(database, keys, now)
    assert token
    with database.read() as session:
        copy = copies.of(session, keys, mine.find(session, token))
    assert copy["email"] == EMAIL
    assert [message["content"]["texts"]["ME-01"]["body"] for message in copy["messages"]] == ["Body 0", "Body 1"]
    assert [office["seat"] for office in copy["messages"][0]["offices"]] == ["ME-S1", "ME-01"]
    assert [pledge["kind"] for pledge in copy["pledges"]] == ["call", "visit"]
    assert [message["fingerprints"] for message in copy["messages"]] == [["network", "domain", "words"]] * 2
    assert [pledge["fingerprints"] for pledge in copy["pledges"]] == [["name", "zip", "network", "domain", "words"]] * 2
    moment = now.astimezone(UTC).isoformat()
    for nouns in ("messages", "pledges"):
        told = [(row["quarantined_at"], row["quarantined_for"], row["created_at"]) for row in copy[nouns]]
        assert told == [(None, None, moment), (moment, "trap", moment)]
    assert copy["created_at"] == moment


@pytest.mark.usefixtures("written")
def test_a_copy_tells_of_mails_and_links_and_gives_no_secret_of_the_mailbox(
    database: Database, keys: Keys, now: datetime
) -> None:
    tokens: list[str] = []

    def say(token: str, _kinds: object, reminder: bool) -> tuple[str, str]:
        tokens.append(token)
        return "Still waiting" if reminder else "Confirm", f"Open https://act.example/confirm/{token} and press."

    for email in (EMAIL, "ben@example.org"):
        database.write(lambda session, email=email: confirming.ask(session, keys, email, say, now=now))
    token = link(database, keys, now)
    assert token
    later = now + timedelta(minutes=1)
    first, *_ = database.write(lambda session: outbox.claim(session, now))
    database.write(lambda session: outbox.sent(session, first.id, later))
    with database.read() as session:
        copy = copies.of(session, keys, mine.find(session, token))
    told = [(mail["kind"], mail["tries"], mail["sent_at"], mail["subject"], mail["text"]) for mail in copy["mails"]]
    assert told == [
        ("confirm", 1, later.astimezone(UTC).isoformat(), None, None),
        ("reminder", 0, None, "Still waiting", "Open https://act.example/confirm/… and press."),
        ("private_page", 1, None, "Your page", "https://act.example/mine/…"),
    ]
    assert copy["mails"][1]["due_at"] == (now + confirming.REMIND_AFTER).astimezone(UTC).isoformat()
    assert copy["confirm_links"] == [{"created_at": now.astimezone(UTC).isoformat()}]
    assert not [secret for secret in (token, *tokens) if secret in json.dumps(copy)]


NOT_IN_A_COPY = {
    Consent: {"id", "supporter_id"},
    ConfirmLink: {"id", "email_hash", "token_hash"},
    Delivery: {"id", "message_id", "counted", *(f"{word}_at" for word in SAID)},  # there without `_at`
    Mail: {"id", "email_hash", "sealed"},  # opened, as subject and text
    Message: {"id", "supporter_id", "form_id", "content_hash", "counted", "sealed", *SIGNS},
    Pledge: {"id", "supporter_id", "message_id", "counted", "name_hash", "zip_hash", *SIGNS},
    Supporter: {"id", "email_hash", "mine_hash", "sealed_email"},
}
"""Numbers, hashes that tell nobody anything, and what is there opened: as content, email, fingerprints."""


@pytest.mark.usefixtures("written")
def test_no_column_about_a_person_is_missing_in_a_copy(database: Database, keys: Keys, now: datetime) -> None:
    token = link(database, keys, now)
    assert token
    ana = supporter(database, token)
    database.write(lambda session: consents.wish(session, ana, [(consents.CONTACT, "")], now=now))
    database.write(lambda session: confirming.ask(session, keys, EMAIL, lambda *_: ("Subject", "Text"), now=now))
    with database.read() as session:
        copy = copies.of(session, keys, ana)
    told = {
        Consent: copy["consents"][0],
        ConfirmLink: copy["confirm_links"][0],
        Delivery: copy["messages"][0]["offices"][0],
        Mail: copy["mails"][0],
        Message: copy["messages"][0],
        Pledge: copy["pledges"][0],
        Supporter: copy,
    }
    for model, columns in told.items():
        assert {column.name for column in model.__table__.columns} - set(columns) == NOT_IN_A_COPY[model]


@pytest.mark.usefixtures("written")
def test_erasing_leaves_counts_and_no_person(database: Database, keys: Keys, now: datetime) -> None:
    token = link(database, keys, now)
    assert token
    ana = supporter(database, token)
    database.write(lambda session: erasing.erase(session, ana))
    with pytest.raises(NotFound):
        supporter(database, token)
    with database.read() as session:
        messages = session.scalars(select(Message).order_by(Message.id)).all()
        assert len(messages) == 4
        for message in messages[:2]:
            kept = (message.letter, message.day, message.state, message.partner)
            assert kept == ("restore-u4u", now.date(), "ME", None)
            assert (message.sealed, message.supporter_id, message.house_seat, message.content_hash) == (*[None] * 3, "")
            assert message.created_at.hour == message.created_at.minute == 0
            assert [getattr(message, sign) for sign in SIGNS] == [None] * 3
        assert [message.quarantined_at for message in messages[:2]] == [None, messages[1].created_at]
        assert all(message.sealed for message in messages[2:])
        pledges = session.scalars(select(Pledge).order_by(Pledge.id)).all()
        assert [(pledge.kind, pledge.supporter_id is None) for pledge in pledges] == [
            *[("call", True), ("visit", True), ("call", False)]
        ]
        assert [pledge.quarantined_at for pledge in pledges[:2]] == [None, pledges[1].created_at]
        assert [row.quarantined_for for row in (*messages[:2], *pledges[:2])] == [None] * 4
        assert batches.quarantined(session) == {"": {"messages": 1, "pledges": 1}}
        for pledge in pledges[:2]:
            assert [getattr(pledge, name) for name in ("name_hash", "zip_hash", *SIGNS)] == [None] * 5
        assert len(session.scalars(select(Delivery)).all()) == 4, "the other people's"
        assert len(session.scalars(select(Supporter)).all()) == 1
        assert session.scalars(select(Mail)).all() == []


@pytest.mark.usefixtures("written")
def test_whoever_wrote_a_letter_is_not_forgotten_with_their_unconfirmed_pledge(
    database: Database, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = now + confirming.LINK_LIFE
    monkeypatch.setattr(clock, "wall", lambda: later)
    assert purges.purge_unconfirmed(database) == 3
    token = link(database, keys, later)
    assert token
    with database.read() as session:
        assert len(mine.messages(session, mine.find(session, token), later)) == 2
