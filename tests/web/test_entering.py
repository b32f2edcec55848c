"""What was proved at the door has to hold when the session begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask

from campaign import clock, factors, organizers, passwords, sessions
from campaign.database import Database
from campaign.keys import Keys
from campaign.throttle import FREE
from tests.web.visitor import Visitor

PASSWORD, ANOTHER = "four words do well", "another five words here"
EMAIL = "ora@example.org"
CHANGED = "This account was changed in this moment. Please sign in again."

Meanwhile = Callable[[Callable[[], Any]], None]


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


class Ora:
    """An organizer with a password, and what happens to her account."""

    def __init__(self, app: Flask, database: Database, keys: Keys) -> None:
        self.app, self.database, self.keys = app, database, keys
        self.secret = factors.new_secret()
        self.link = database.write(lambda s: organizers.add(s, keys, EMAIL, role="organizer", now=clock.wall()))
        self.change_password(PASSWORD)

    def change_password(self, password: str = ANOTHER) -> None:
        kept = passwords.hashed(password)
        self.database.write(lambda session: organizers.set_password(session, 1, kept))

    def set_up_factor(self) -> None:
        then = clock.wall() - timedelta(minutes=5)
        code = pyotp.TOTP(self.secret).at(then)
        self.database.write(lambda session: factors.set_up(session, self.keys, 1, self.secret, code, now=then))

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(clock.wall())

    def browser(self) -> Visitor:
        return Visitor(self.app.test_client())

    def knock(self, password: str = PASSWORD, browser: Visitor | None = None) -> Visitor:
        return (browser or self.browser()).open("/organize/sign-in").press("Sign in", email=EMAIL, password=password)

    def follow(self, browser: Visitor | None = None) -> Visitor:
        """A new link, and its button pressed."""
        secret = self.database.write(lambda s: organizers.new_link(s, self.keys, 1, clock.wall()))
        return (browser or self.browser()).open(f"/organize/sign-in/{secret}").press("Sign in")

    def sessions(self) -> int:
        with self.database.read() as session:
            return len(sessions.of(session, 1, now=clock.wall()))


@pytest.fixture
def ora(app: Flask, database: Database, keys: Keys) -> Ora:
    return Ora(app, database, keys)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has something happen once, between the look at the password and the session."""
    real = passwords.fits

    def meanwhile(happens: Callable[[], Any]) -> None:
        def fits(kept: str | None, password: str) -> bool:
            right = real(kept, password)
            monkeypatch.setattr(passwords, "fits", real)
            happens()
            return right

        monkeypatch.setattr(passwords, "fits", fits)

    return meanwhile


@pytest.mark.parametrize("is_outdated", [False, True])
def test_a_password_that_is_changed_while_somebody_signs_in_with_the_old_one_lets_nobody_in(
    ora: Ora, meanwhile: Meanwhile, is_outdated: bool
) -> None:
    meanwhile(ora.change_password)
    if is_outdated:
        weak = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(PASSWORD)
        ora.database.write(lambda session: organizers.set_password(session, 1, weak))
    page = ora.knock()
    assert (page.heading, page.notice, ora.sessions()) == ("Organizers", CHANGED, 0)
    assert ora.knock(PASSWORD).status == 403
    assert ora.knock(ANOTHER).heading == "Figures"


def test_a_second_factor_that_is_set_up_while_somebody_signs_in_is_asked_for(ora: Ora, meanwhile: Meanwhile) -> None:
    meanwhile(ora.set_up_factor)
    assert (ora.knock().notice, ora.sessions()) == (CHANGED, 0)
    assert ora.knock().path == "/organize/code"


def test_an_account_that_is_removed_while_somebody_signs_in_lets_nobody_in(
    ora: Ora, meanwhile: Meanwhile, database: Database, keys: Keys
) -> None:
    def remove() -> None:
        database.write(lambda s: organizers.add(s, keys, "ana@example.org", role="admin", now=clock.wall()))
        database.write(lambda s: organizers.remove(s, 1, by=2))

    meanwhile(remove)
    assert (ora.knock().notice, ora.sessions()) == (CHANGED, 0)


def test_a_code_is_of_no_use_once_the_password_before_it_has_changed(ora: Ora) -> None:
    ora.set_up_factor()
    late = ora.knock()
    ora.change_password()
    assert late.press("Sign in", code=ora.code()).notice == CHANGED
    assert late.open("/organize/code").path == "/organize/sign-in", "it begins anew"
    assert ora.sessions() == 0


def test_who_guesses_at_codes_behind_a_password_keeps_nobody_from_entering_by_a_link(ora: Ora) -> None:
    ora.set_up_factor()
    guessing = ora.knock()
    for _ in range(FREE + 1):
        assert guessing.press("Sign in", code="000000").status == 403
    by_link = ora.follow()
    for _ in range(FREE - 1):
        assert by_link.press("Sign in", code="000000").status == 403
    assert by_link.press("Sign in", code=ora.code()).heading == "Figures"
    again = ora.follow()
    for _ in range(FREE):
        again.press("Sign in", code="000000")
    codes = ora.database.write(lambda session: factors.new_codes(session, ora.keys, 1))
    assert again.press("Sign in", code=codes[0]).status == 403, "these are throttled, too"


def test_who_signs_in_anew_has_left_the_session_before(ora: Ora) -> None:
    browser = ora.knock()
    before = browser.client.get_cookie("organizer")
    ora.knock(browser=browser)
    assert ora.sessions() == 1
    ora.follow(browser)
    assert ora.sessions() == 1
    assert before is not None
    copied = ora.browser()
    copied.client.set_cookie("organizer", before.value)
    assert copied.open("/organize/account").path == "/organize/sign-in"


def test_who_waits_too_long_with_the_code_is_told(ora: Ora, monkeypatch: pytest.MonkeyPatch) -> None:
    ora.set_up_factor()
    page, later = ora.knock(), clock.wall().timestamp() + 601
    monkeypatch.setattr("campaign.web.entering.time.time", lambda: later)
    assert page.press("Sign in", code=ora.code()).notice == "A code is waited for ten minutes. Please begin again."
