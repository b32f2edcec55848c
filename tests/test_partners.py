"""A partner's origins go into a Content-Security-Policy: nothing but an origin may ever get there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from campaign import partners
from campaign.database import Database
from campaign.errors import Conflict, Malformed, NotFound
from campaign.keys import Keys
from campaign.models import Partner as Row
from campaign.origins import parse_origin
from campaign.partners import Partner


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://riverside.example", "https://riverside.example"),
        (" https://Riverside.Example/ ", "https://riverside.example"),
        ("HTTPS://riverside.example", "https://riverside.example"),
        ("https://riverside.example:443", "https://riverside.example"),
        ("https://riverside.example:8443", "https://riverside.example:8443"),
        ("https://a.b-c.riverside.example", "https://a.b-c.riverside.example"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("https://203.0.113.7", "https://203.0.113.7"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.2:5000", "http://127.0.0.2:5000"),
    ],
)
def test_an_origin_is_written_as_a_browser_writes_it(text: str, origin: str) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "riverside.example",
        "riverside",
        "*",
        "'self'",
        "https:",
        "https://",
        "//riverside.example",
        "http://riverside.example",
        "http://127.riverside.example",  # a name, and not on this machine
        "http://127.0.0.1.riverside.example",
        "http://localhost.riverside.example",
        "ftp://riverside.example",
        "javascript://riverside.example",
        "data:text/html,hello",
        "https://riverside.example/embed",
        "https://riverside.example?a=b",
        "https://riverside.example#top",
        "https://user@riverside.example",
        "https://user:password@riverside.example",
        "https://*.riverside.example",
        "https://*",
        "https://riverside.example:*",
        "https://riverside.example:0",
        "https://riverside.example:",
        "https://riverside.example:65536",
        "https://riverside.example:0443",
        "https://riverside.example:https",
        "https://riverside.example:４４３",
        "https://riverside.example; script-src *",
        "https://riverside.example;script-src",
        "https://riverside.example,https://other.example",
        "https://riverside.example https://other.example",
        "https://riverside.example\nX-Header: 1",
        "https://river\tside.example",
        "https://riverside.example'",
        'https://riverside.example"',
        "https://<b>.example",
        "https://münchen.example",
        "https://riverside.example\u202e",
        "https://ban\u212a.example",  # the Kelvin sign, which a browser reads as k
        "https://ex%61mple.org",
        "https://riverside.example\\@other.example",
        "https://-riverside.example",
        "https://riverside..example",
        "https://riverside.example.",
        "https://[::1]",
        "https://[::1]:8443",
        "https://[::1",
        "https://" + "a" * 100_000,
    ],
)
def test_whatever_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_origin(text)
    assert caught.value.field == "origins"


@given(st.one_of(st.text(), st.text(alphabet="abc.:/;,'*@[]#? \t\n0").map(lambda text: f"https://{text}")))
@example("https://a;b")
def test_no_text_becomes_more_than_one_word_of_a_policy(text: str) -> None:
    try:
        origin = parse_origin(text)
    except Malformed:
        return
    assert origin.isascii()
    assert not set(origin) & set(" \t\r\n;,'\"*@#?<>\\")
    assert parse_origin(origin) == origin


def add(database: Database, now: datetime, code: str, name: str = "Riverside", *origins: str) -> Partner:
    return database.write(
        lambda session: partners.add(session, code, name, list(origins or ["https://r.example"]), now=now)
    )


def find(database: Database, code: str) -> Partner | None:
    with database.read() as session:
        return partners.find(session, code)


def test_a_partner_is_found_by_its_code(database: Database, now: datetime) -> None:
    origins = ["https://r.example", "https://www.r.example:8443", "https://R.example:443/"]
    added = add(database, now, "riverside-church", "  Riverside   Church ", *origins)
    wanted = Partner("riverside-church", "Riverside Church", ("https://r.example", "https://www.r.example:8443"))
    assert added == find(database, "riverside-church") == wanted


@pytest.mark.parametrize("code", ["", "nobody", "RIVERSIDE", "riverside'--", "../etc", "river\0side", "a" * 1000])
def test_there_is_no_partner_of_another_code(database: Database, now: datetime, code: str) -> None:
    add(database, now, "riverside")
    assert find(database, code) is None


@pytest.mark.parametrize(
    "code", ["", "Riverside", "-a", "a-", "a b", "a/b", "a\n", "é", "a" * 33, "a'--", "{{a}}", "٣"]
)
def test_a_code_that_cannot_be_is_refused(database: Database, now: datetime, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        add(database, now, code)
    assert caught.value.field == "code"


@pytest.mark.parametrize("code", ["a", "7", "a" * 32, "riverside-church-2"])
def test_a_code_has_small_letters_digits_and_hyphens(database: Database, now: datetime, code: str) -> None:
    assert add(database, now, code).code == code


def test_a_partner_needs_a_name_and_an_origin(database: Database, now: datetime) -> None:
    with pytest.raises(Malformed, match="needs a name"):
        add(database, now, "riverside", "  ")
    with pytest.raises(Malformed, match="at least one origin"):
        database.write(lambda session: partners.add(session, "riverside", "Riverside", [], now=now))
    assert find(database, "riverside") is None


def test_one_bad_origin_among_good_ones_stores_nothing(database: Database, now: datetime) -> None:
    with pytest.raises(Malformed):
        add(database, now, "riverside", "Riverside", "https://r.example", "https://*")
    assert find(database, "riverside") is None


def test_a_code_belongs_to_whoever_took_it_first(database: Database, now: datetime) -> None:
    def attempt(number: int) -> str:
        try:
            return add(database, now, "riverside", f"Riverside {number}").name
        except Conflict as problem:
            return problem.message

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, range(8)))
    found = find(database, "riverside")
    assert answers.count("There is a partner with the code riverside already.") == 7
    assert found is not None
    assert found.name in answers


def test_origins_can_be_put_in_the_place_of_others(database: Database, now: datetime) -> None:
    add(database, now, "riverside", "Riverside", "https://old.example")
    changed = database.write(lambda session: partners.change_origins(session, "riverside", ["https://new.example/"]))
    assert changed == find(database, "riverside") == Partner("riverside", "Riverside", ("https://new.example",))
    for code, origins, problem in (
        ("riverside", ["https://*"], Malformed),
        ("nobody", ["https://a.example"], NotFound),
    ):
        with pytest.raises(problem):
            database.write(partial(partners.change_origins, code=code, origins=origins))
    assert find(database, "riverside") == changed


def test_a_partner_is_paused_and_goes_on(database: Database, now: datetime) -> None:
    added = add(database, now, "riverside")
    for _ in range(2):
        assert database.write(lambda session: partners.pause(session, "riverside", now=now)) == find(
            database, "riverside"
        )
        assert find(database, "riverside") == replace(added, paused=True)
    with database.read() as session:
        assert [one.paused for one in partners.all_of(session)] == [True]
    for _ in range(2):
        assert database.write(lambda session: partners.resume(session, "riverside")) == added
    assert find(database, "riverside") == added


def test_the_newest_link_alone_opens_a_partners_page_and_stands_nowhere(any_database: Database, now: datetime) -> None:
    added = add(any_database, now, "riverside")
    add(any_database, now, "other")
    first, second = (any_database.write(lambda session: partners.new_link(session, "riverside")) for _ in range(2))
    assert len({first, second}) == 2
    assert len(second) == 32
    with any_database.read() as session:
        assert partners.find_by_link(session, second) == added
        for token in (first, "", "x", "\0", "é", "\ud800", "riverside", "' OR 1=1 --", second.swapcase()):
            with pytest.raises(NotFound, match="ask the campaign"):
                partners.find_by_link(session, token)
        stored = session.scalars(select(Row.page_hash)).all()
    assert second not in stored
    assert stored.count(None) == 1


def test_a_contact_address_is_kept_sealed_and_replaced(any_database: Database, keys: Keys, now: datetime) -> None:
    add(any_database, now, "riverside")

    def email() -> str | None:
        with any_database.read() as session:
            return partners.email_of(session, keys, "riverside", hold=True)

    assert email() is None
    for address in ("office@riverside.example", "Other@riverside.example"):
        any_database.write(partial(partners.change_email, keys=keys, code="riverside", email=address))
        assert email() == address
        with any_database.read() as session:
            (sealed,) = session.scalars(select(Row.sealed_email)).all()
        assert sealed is not None
        assert b"riverside" not in sealed
    any_database.write(partners.forget_emails)
    assert email() is None


def test_there_is_nothing_to_change_of_a_partner_that_is_not_there(
    database: Database, keys: Keys, now: datetime
) -> None:
    for change in (
        partial(partners.pause, now=now),
        partners.resume,
        partners.new_link,
        partial(partners.email_of, keys=keys),
        partial(partners.change_email, keys=keys, email="office@riverside.example"),
    ):
        with pytest.raises(NotFound, match="no partner with the code nobody"):
            database.write(partial(change, code="nobody"))
