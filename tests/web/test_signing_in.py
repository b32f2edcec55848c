"""The door of the organizers' room: who gets in, and what those learn who do not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from campaign import clock, factors, organizers, passwords
from campaign.database import Database
from campaign.delivery import outbox
from campaign.keys import Keys
from campaign.models import Entry, SignInLink
from campaign.throttle import FREE, LONGEST_WAIT
from campaign.web import limits, signing_in
from tests.web.conftest import SignIn
from tests.web.visitor import Visitor, mailed

PASSWORD = "four words do well"
WRONG = "This did not sign you in."


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take no time: how long real ones take is argon2's business."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.0)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def ora(database: Database, keys: Keys) -> int:
    """An organizer with a password."""

    def make(session: Any) -> int:
        organizers.add(session, keys, "ora@example.org", role="organizer", now=clock.wall())
        organizers.set_password(session, 1, passwords.hashed(PASSWORD))
        return 1

    return database.write(make)


@pytest.fixture
def secret(database: Database, keys: Keys, ora: int) -> str:
    """The secret of a second factor that they have as well, set up some minutes ago."""
    made, then = factors.new_secret(), clock.wall() - timedelta(minutes=5)
    code = pyotp.TOTP(made).at(then)
    database.write(lambda session: factors.set_up(session, keys, ora, made, code, now=then))
    return made


def knock(visitor: Visitor, email: str = "ora@example.org", password: str = PASSWORD) -> Visitor:
    return visitor.open("/organize/sign-in").press("Sign in", email=email, password=password)


def is_in(visitor: Visitor) -> bool:
    return visitor.open("/organize/").heading == "Figures"


def acts(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(row.organizer, row.action) for row in session.scalars(select(Entry).order_by(Entry.id))]


def test_a_password_signs_in_however_the_address_is_written(visitor: Visitor, ora: int, database: Database) -> None:
    assert knock(visitor, " ORA@example.org ").heading == "Figures"
    assert is_in(visitor)
    assert acts(database) == [("ora@example.org", "signed_in")]


@pytest.mark.usefixtures("ora")
def test_every_refusal_is_the_same(app: Flask, visitor: Visitor, database: Database, keys: Keys) -> None:
    database.write(lambda s: organizers.add(s, keys, "new@example.org", role="viewer", now=clock.wall()))
    answers = set()
    tries = [("ora@example.org", "wrong password"), ("nobody@example.org", PASSWORD), ("new@example.org", "x" * 20)]
    tries += [("", ""), ("no address", PASSWORD), ("ora@example.org", "x" * 100_000)]
    for email, password in tries:
        page = knock(visitor, email, password)
        assert (page.status, page.value("email")) == (403, email)
        text = re.sub(r'value="[^"]*"', "", page.response.text)
        answers.add(text)
    assert len(answers) == 1
    assert WRONG in answers.pop()
    assert not is_in(visitor)
    assert acts(database) == []


def test_a_hash_is_looked_at_whether_or_not_there_is_an_account(
    visitor: Visitor, ora: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    real = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda kept, typed: looked.append(kept is not None) or real(kept, typed))
    for email in ("ora@example.org", "nobody@example.org"):
        knock(visitor, email, "wrong password")
    assert looked == [True, False]


def test_guessing_is_throttled_and_a_link_opens_all_the_same(
    app: Flask, visitor: Visitor, ora: int, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(FREE):
        assert knock(visitor, password="wrong password").status == 403
    page = knock(visitor)  # right, and too early
    assert (page.status, WRONG in page.text) == (403, True)
    other = Visitor(app.test_client())
    link = database.write(lambda session: organizers.new_link(session, keys, ora, clock.wall()))
    assert other.open(f"/organize/sign-in/{link}").press("Sign in").heading == "Figures"
    later = clock.wall() + LONGEST_WAIT
    monkeypatch.setattr(clock, "wall", lambda: later)
    assert knock(visitor).heading == "Figures"


def test_an_address_that_is_spelled_another_way_is_throttled_with_the_others(visitor: Visitor, ora: int) -> None:
    spellings = ["ora@example.org", "ORA@Example.org", "ora@ｅxample.org", "ora@example。org", " ora@exａmple.org "]
    assert len(spellings) == FREE
    for email in spellings:
        assert knock(visitor, email, "wrong password").status == 403
    for email in ("ora@exampｌe.org", "ora@example.org"):
        assert knock(visitor, email).status == 403, "right, and too early"


def test_one_network_may_knock_so_often_and_writes_letters_all_the_same(
    app: Flask, visitor: Visitor, ora: int, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "KNOCKS", "3/hour")
    statuses = [knock(visitor, f"{number}@example.org").status for number in range(4)]
    assert statuses == [403, 403, 403, 429]
    asked = visitor.open("/organize/sign-in").press("Mail me a link instead", email="ora@example.org")
    assert (asked.status, mailed(app, "sign_in")) == (429, [])
    there = {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}
    path, data = visitor.open("/organize/sign-in").filled("Sign in", email="ora@example.org", password=PASSWORD)
    assert visitor.post(path, data, **there).heading == "Figures"
    link = database.write(lambda session: organizers.new_link(session, keys, ora, clock.wall()))
    assert Visitor(app.test_client()).open(f"/organize/sign-in/{link}").press("Sign in").heading == "Figures"
    assert Visitor(app.test_client()).finish(pledges=["call"], email="ana@example.org").status == 200


def test_a_hash_of_another_time_is_renewed(visitor: Visitor, ora: int, database: Database) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(PASSWORD)
    database.write(lambda session: organizers.set_password(session, ora, weak))
    assert knock(visitor).heading == "Figures"
    with database.read() as session:
        kept = organizers.password_of(session, ora)
    assert kept is not None
    assert kept != weak
    assert passwords.fits(kept, PASSWORD)


def test_a_link_is_mailed_to_whoever_has_an_account_and_the_answer_tells_nobody(
    app: Flask, visitor: Visitor, ora: int
) -> None:
    answers = set()
    for email in ("nobody@example.org", "ora@example.org", "no address"):
        page = visitor.open("/organize/sign-in").press("Mail me a link instead", email=email)
        answers.add((page.status, page.path, page.notice))
    assert len(answers) == 1
    (mail,) = mailed(app, "sign_in")
    path = re.search(r"http://[^/]+(/organize/sign-in/\S+)", mail)
    assert path is not None
    assert visitor.open(path[1]).press("Sign in").heading == "Figures"


def test_a_link_is_kept_only_where_it_is_mailed_and_the_work_is_the_same(
    app: Flask, visitor: Visitor, ora: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended: list[str] = []
    real = outbox.pretend
    monkeypatch.setattr(outbox, "pretend", lambda *args, **more: pretended.append(args[3]) or real(*args, **more))
    for email in ["nobody@example.org", *["ora@example.org"] * (outbox.MOST + 2)]:
        visitor.open("/organize/sign-in").press("Mail me a link instead", email=email)
    assert pretended == ["nobody@example.org", "ora@example.org", "ora@example.org"]
    with database.read() as session:  # and the one that was made with the account
        assert session.scalar(select(func.count()).select_from(SignInLink)) == outbox.MOST + 1
    assert len(mailed(app, "sign_in")) == outbox.MOST


def test_no_answer_comes_so_early_that_it_tells_who_has_an_account(
    visitor: Visitor, ora: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.2)
    for email in ("nobody@example.org", "ora@example.org"):
        path, data = visitor.open("/organize/sign-in").filled("Mail me a link instead", email=email)
        begun = time.monotonic()
        assert visitor.client.post(path, data=data).status_code == 303
        assert time.monotonic() - begun >= 0.2


def test_a_second_factor_is_asked_for_after_password_and_link(
    app: Flask, visitor: Visitor, secret: str, ora: int, database: Database, keys: Keys
) -> None:
    page = knock(visitor)
    assert (page.path, page.heading) == ("/organize/code", "Your second factor")
    assert not is_in(visitor)
    assert visitor.open("/organize/code").press("Sign in", code="000000").error("code") != ""
    assert visitor.press("Sign in", code=pyotp.TOTP(secret).now()).heading == "Figures"
    other = Visitor(app.test_client())
    link = database.write(lambda session: organizers.new_link(session, keys, ora, clock.wall()))
    assert other.open(f"/organize/sign-in/{link}").press("Sign in").path == "/organize/code"
    assert other.press("Sign in", code=pyotp.TOTP(secret).now()).status == 403, "the code was taken already"


def test_a_recovery_code_is_one_way_in_and_stands_in_the_log(
    visitor: Visitor, secret: str, ora: int, database: Database, keys: Keys
) -> None:
    codes = database.write(lambda session: factors.new_codes(session, keys, ora))
    assert knock(visitor).press("Sign in", code=codes[3]).heading == "Figures"
    assert acts(database) == [("ora@example.org", "recovery_used")]


def test_codes_are_not_guessed(visitor: Visitor, secret: str) -> None:
    knock(visitor)
    for _ in range(FREE):
        assert visitor.press("Sign in", code="000000").status == 403
    assert visitor.press("Sign in", code=pyotp.TOTP(secret).now()).status == 403


def test_a_code_is_waited_for_some_minutes_and_only_after_the_password(
    app: Flask, visitor: Visitor, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert visitor.open("/organize/code").path == "/organize/sign-in"
    knock(visitor)
    code, later = pyotp.TOTP(secret).now(), clock.wall().timestamp() + 601
    token = visitor.value("csrf_token")
    monkeypatch.setattr("campaign.web.entering.time.time", lambda: later)
    visitor.post("/organize/code", {"code": code, "csrf_token": token})
    assert visitor.path == "/organize/sign-in"
    assert not is_in(visitor)


@pytest.mark.parametrize(
    ("wished", "reached"),
    [
        ("/organize/?by=state", "/organize/?by=state"),
        ("https://evil.example/organize/", "/organize/"),
        ("//evil.example/organize/", "/organize/"),
        ("/organize/../../evil", "/organize/"),
        ("/organize/\\evil.example", "/organize/"),
    ],
)
def test_the_page_that_was_wished_for_comes_after_the_door_and_no_other_site(
    visitor: Visitor, ora: int, wished: str, reached: str
) -> None:
    visitor.open("/organize/?by=state")
    if wished != reached:
        with visitor.client.session_transaction() as cookie:
            cookie["wished"] = wished
    path, data = visitor.open("/organize/sign-in").filled("Sign in", email="ora@example.org", password=PASSWORD)
    answer = visitor.client.post(path, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, reached)


@pytest.mark.parametrize(
    ("opened", "reached"),
    [
        ("/organize/congress/CA-12?by=zip", "/organize/congress/CA-12?by=zip"),
        ("/organize/figures", "/organize/congress/CA-12?by=zip"),  # what the page renewed by itself
        ("/organize/?by=" + "x" * 4000, "/organize/congress/CA-12?by=zip"),  # no browser would keep such a cookie
    ],
)
def test_the_last_page_that_somebody_wanted_is_the_one(visitor: Visitor, ora: int, opened: str, reached: str) -> None:
    visitor.open("/organize/congress/CA-12?by=zip").open(opened)
    path, data = visitor.open("/organize/sign-in").filled("Sign in", email="ora@example.org", password=PASSWORD)
    answer = visitor.client.post(path, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, reached)


def test_what_was_in_the_browser_before_is_no_part_of_the_session(visitor: Visitor, ora: int) -> None:
    visitor.open("/organize/sign-in")
    with visitor.client.session_transaction() as cookie:
        cookie["planted"] = "x"
        before = cookie["csrf_token"]
    knock(visitor)
    with visitor.client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before


def test_signing_out_ends_this_session_alone(app: Flask, ora: int) -> None:
    here, there = (knock(Visitor(app.test_client())) for _ in range(2))
    cookie = here.client.get_cookie("organizer")
    here.press("Sign out")
    assert here.notice == "You are signed out."
    assert (is_in(here), is_in(there)) == (False, True)
    assert cookie is not None
    here.client.set_cookie("organizer", cookie.value)
    assert not is_in(here), "a cookie that was copied is worth nothing any more"


def test_a_role_that_is_changed_holds_from_the_next_click_on(sign_in: SignIn, database: Database) -> None:
    organizer, admin = sign_in("organizer"), sign_in("admin")
    assert organizer.open("/organize/batches").status == 200
    database.write(lambda session: organizers.change_role(session, 1, "viewer", by=2))
    assert organizer.open("/organize/batches").status == 403
    assert admin.open("/organize/people").status == 200


def test_nobody_sees_a_password_again(visitor: Visitor, ora: int, caplog: pytest.LogCaptureFixture) -> None:
    page = knock(visitor, password="a wrong pass phrase")
    assert "a wrong pass phrase" not in page.response.text
    assert "a wrong pass phrase" not in "".join(repr(record.__dict__) for record in caplog.records)
    assert "ora@" not in "".join(repr(record.__dict__) for record in caplog.records)


def test_the_time_of_a_session_is_noted_now_and_then(
    app: Flask, visitor: Visitor, ora: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    knock(visitor)
    first = clock.wall()

    def seen() -> str:
        row = visitor.open("/organize/account").soup.select_one(".people .hint")
        assert row is not None
        return row.get_text().rpartition("·")[2]

    before = seen()
    for hours in (11, 22):
        monkeypatch.setattr(clock, "wall", lambda hours=hours: first + timedelta(hours=hours))
        assert seen() != before
    monkeypatch.setattr(clock, "wall", lambda: first + timedelta(hours=35))
    assert not is_in(visitor)
