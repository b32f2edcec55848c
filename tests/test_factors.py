"""The second factor: each code is taken once, and a lost phone is no lost account."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from campaign import factors, organizers
from campaign.database import Database
from campaign.errors import Conflict, Malformed
from campaign.keys import Keys
from campaign.models import Organizer as Row
from campaign.models import RecoveryCode

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = timedelta(seconds=factors.SECONDS)


def code_at(moment: datetime) -> str:
    return pyotp.TOTP(SECRET).at(moment)


class Owner:
    """Somebody who has set up a second factor at one moment."""

    def __init__(self, database: Database, keys: Keys, now: datetime) -> None:
        self.database, self.keys, self.now = database, keys, now
        link = database.write(lambda s: organizers.add(s, keys, "ana@example.org", role="admin", now=now))
        self.id = database.write(lambda s: organizers.use_link(s, keys, link, now=now)).id
        self.codes = database.write(lambda s: factors.set_up(s, keys, self.id, SECRET, code_at(now), now=now))

    def take(self, code: str, after: timedelta = timedelta()) -> str | None:
        moment = self.now + after
        return self.database.write(lambda s: factors.take(s, self.keys, self.id, code, now=moment))


@pytest.fixture
def owner(any_database: Database, keys: Keys, now: datetime) -> Owner:
    return Owner(any_database, keys, now)


@pytest.fixture
def here(database: Database, keys: Keys, now: datetime) -> Owner:
    return Owner(database, keys, now)


def test_a_code_is_taken_once_and_so_is_none_before_it(here: Owner) -> None:
    later = here.now + 5 * STEP
    assert here.take(code_at(here.now), STEP) is None, "with it the factor was set up"
    assert here.take(code_at(later), 5 * STEP) == "code"
    assert here.take(code_at(later), 5 * STEP) is None
    assert here.take(code_at(later - STEP), 5 * STEP) is None
    assert here.take(f" {code_at(later + STEP)[:3]} {code_at(later + STEP)[3:]} ", 5 * STEP) == "code"


def test_a_code_is_good_for_a_moment_before_and_after(here: Owner) -> None:
    for steps, right in ((10, True), (20, True), (30, False)):
        shown = code_at(here.now + steps * STEP)
        drift = {10: -STEP, 20: STEP, 30: 2 * STEP}[steps]
        assert (here.take(shown, steps * STEP + drift) == "code") == right, steps


def test_of_two_who_come_at_once_with_the_same_code_one_gets_in(owner: Owner) -> None:
    for code in (code_at(owner.now + 3 * STEP), owner.codes[0]):
        together = threading.Barrier(6)

        def attempt(_: int, code: str = code, together: threading.Barrier = together) -> str | None:
            together.wait(30)
            return owner.take(code, 3 * STEP)

        with ThreadPoolExecutor(6) as threads:
            assert len([taken for taken in threads.map(attempt, range(6)) if taken]) == 1


def test_of_two_who_set_one_up_at_once_one_does_and_their_codes_are_the_ones(owner: Owner) -> None:
    """As where a button is pressed twice: the codes that were shown must not be those that are worth nothing."""
    owner.database.write(lambda s: factors.remove(s, owner.id))
    together = threading.Barrier(4)

    def attempt(_: int) -> list[str]:
        together.wait(30)
        try:
            code = code_at(owner.now)
            return owner.database.write(lambda s: factors.set_up(s, owner.keys, owner.id, SECRET, code, now=owner.now))
        except Conflict:
            return []

    with ThreadPoolExecutor(4) as threads:
        (codes,) = [codes for codes in threads.map(attempt, range(4)) if codes]
    assert owner.take(codes[9]) == "recovery"


def test_a_recovery_code_works_once_however_it_is_typed(here: Owner) -> None:
    first, second, *_rest = here.codes
    assert len(set(here.codes)) == factors.CODES
    assert here.take(first.upper().replace("-", " ")) == "recovery"
    assert here.take(first) is None
    assert here.take(second) == "recovery"
    with here.database.read() as session:
        assert factors.codes_left(session, here.id) == factors.CODES - 2
    fresh = here.database.write(lambda s: factors.new_codes(s, here.keys, here.id))
    assert here.take(here.codes[2]) is None
    assert here.take(fresh[0]) == "recovery"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "x" * 10_000, "000000\n", "\ud800"])
def test_what_is_no_code_is_refused(here: Owner, code: str) -> None:
    assert here.take(code, 9 * STEP) is None


def test_it_is_set_up_by_whoever_holds_it_and_turned_off_without_a_trace(here: Owner) -> None:
    with pytest.raises(Malformed):
        here.database.write(
            lambda s: factors.set_up(s, here.keys, here.id, factors.new_secret(), "123456", now=here.now)
        )
    here.database.write(lambda s: factors.remove(s, here.id))
    assert here.take(code_at(here.now + 9 * STEP), 9 * STEP) is None
    assert here.take(here.codes[0]) is None
    with here.database.read() as session:
        assert session.scalars(select(RecoveryCode)).all() == []


def test_neither_secret_nor_codes_are_stored_as_they_are(here: Owner) -> None:
    with here.database.read() as session:
        row = session.get_one(Row, here.id)
        assert row.sealed_factor is not None
        assert SECRET.encode() not in row.sealed_factor
        hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    assert not {code.replace("-", "") for code in here.codes} & set(hashes)
    assert all(len(code) == 64 for code in hashes)
    # 15 signs out of 31: 74 bits, and a guess in vain is throttled.
    assert {len(code) for code in here.codes} == {17}


def test_the_picture_names_campaign_and_address() -> None:
    assert factors.address(SECRET, "ana@example.org", "Lifeline") == (
        f"otpauth://totp/Lifeline:ana%40example.org?secret={SECRET}&issuer=Lifeline"
    )
