"""Passwords: which may be set, and how they are kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from campaign import passwords
from campaign.errors import Malformed


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.mark.parametrize("text", ["short", "x" * 11, "x" * 1001, "aaaaaaaaaaaaaaaa", "ana.reyes-2026!", ""])
def test_a_password_that_would_be_guessed_soon_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        passwords.parse(text, "ana.reyes@example.org")


@pytest.mark.parametrize("email", ["al@example.org", "o@example.org", "me@example.org", "words@example.org"])
def test_a_short_name_in_an_address_forbids_no_password_that_happens_to_hold_it(email: str) -> None:
    assert passwords.parse("some words also do well", email)


@pytest.mark.parametrize(
    ("set_as", "typed"),
    [
        ("caf\u00e9 olives and bread", "cafe\u0301 olives and bread"),
        ("four words do well", "four\u00a0words do\u3000well"),
    ],
)
def test_a_password_is_the_same_from_every_keyboard(set_as: str, typed: str) -> None:
    assert set_as != typed
    assert passwords.fits(passwords.hashed(set_as), typed)
    assert passwords.fits(passwords.hashed(typed), set_as)


def test_many_who_knock_at_once_take_the_memory_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords.fits(None, "")
    lock, now, most = threading.Lock(), 0, 0

    class Slow:
        def verify(self, *_: str) -> None:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.01)
            with lock:
                now -= 1

    monkeypatch.setattr(passwords, "hasher", Slow())
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: passwords.fits("kept", "typed"), range(16)))
    assert most == passwords.AT_ONCE


def test_a_password_is_kept_as_a_hash_and_known_again() -> None:
    assert passwords.parse("correct horse battery", "ana@example.org") == "correct horse battery"
    kept = passwords.hashed("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert "horse" not in kept
    assert passwords.fits(kept, "correct horse battery")
    assert not passwords.fits(kept, "correct horse batter")
    assert not passwords.fits(None, "nobody has this password")
    assert not passwords.fits("no hash", "correct horse battery")
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(type(passwords.hasher)(time_cost=1, memory_cost=64).hash("x"))
