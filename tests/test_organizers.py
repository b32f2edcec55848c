"""An organizer signs in by a link that works once, and can be signed out everywhere."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign import organizers, sessions
from campaign.config import Settings
from campaign.database import Database
from campaign.errors import Conflict, Malformed, NotFound
from campaign.keys import Keys
from campaign.models import Organizer as Row
from campaign.organizers import LINK_LIFE, Organizer


class Room:
    """The organizers' room of one campaign, at one moment."""

    def __init__(self, database: Database, keys: Keys, now: datetime) -> None:
        self.database, self.keys, self.now = database, keys, now

    def add(self, email: str, role: str | None = None) -> str:
        return self.database.write(lambda s: organizers.add(s, self.keys, email, role=role, now=self.now))

    def reset(self, email: str) -> str:
        return self.database.write(lambda s: organizers.reset(s, self.keys, email, now=self.now))

    def sign_in(self, secret: str, after: timedelta = timedelta()) -> Organizer:
        return self.database.write(lambda s: organizers.use_link(s, self.keys, secret, now=self.now + after))

    def begin(self, who: Organizer) -> str:
        return self.database.write(lambda s: sessions.begin(s, who.id, "", now=self.now))

    def holds(self, token: str) -> bool:
        with self.database.read() as session:
            return sessions.find(session, token, now=self.now) is not None

    def accounts(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Row)) or 0


@pytest.fixture
def room(database: Database, keys: Keys, now: datetime) -> Room:
    return Room(database, keys, now)


def test_the_first_account_is_an_admins_and_the_next_ones_are_not(room: Room) -> None:
    assert room.sign_in(room.add("ana@example.org")).role == "admin"
    assert room.sign_in(room.add("ben@example.org")).role == "organizer"
    assert room.sign_in(room.add("cleo@example.org", "viewer")).role == "viewer"


def test_a_link_works_once(room: Room) -> None:
    secret = room.add("Ana@Example.org")
    ana = room.sign_in(secret)
    assert ana.email == "ana@example.org"
    with pytest.raises(NotFound):
        room.sign_in(secret)


def test_of_many_who_use_one_link_at_once_one_gets_in(room: Room) -> None:
    secret = room.add("ana@example.org")
    together = threading.Barrier(8)

    def attempt(_: int) -> bool:
        together.wait(30)
        try:
            return bool(room.sign_in(secret))
        except NotFound:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(attempt, range(8))) == [False] * 7 + [True]


def test_a_link_works_until_its_time_is_over_and_not_at_that_moment(room: Room) -> None:
    early, late = room.add("ana@example.org"), room.add("ben@example.org")
    room.sign_in(early, LINK_LIFE - timedelta(microseconds=1))
    with pytest.raises(NotFound):
        room.sign_in(late, LINK_LIFE)


def test_links_are_deleted_when_their_time_is_over(room: Room) -> None:
    used, open_one = room.add("ana@example.org"), room.add("ben@example.org")
    room.sign_in(used)

    def forget(after: timedelta) -> int:
        return room.database.write(lambda session: organizers.forget_links(session, room.now + after))

    assert forget(LINK_LIFE - timedelta(microseconds=1)) == 0
    assert room.sign_in(open_one, LINK_LIFE - timedelta(microseconds=1))
    assert forget(LINK_LIFE) == 2


@pytest.mark.parametrize("secret", ["", "guess", "' OR 1=1 --", "é" * 43, "a" * 10_000])
def test_a_link_that_was_never_made_is_answered_like_one_that_was_used(room: Room, secret: str) -> None:
    used = room.add("ana@example.org")
    room.sign_in(used)
    answers = set()
    for wrong in (secret, used):
        with pytest.raises(NotFound) as caught:
            room.sign_in(wrong)
        answers.add((caught.value.message, caught.value.field))
    assert len(answers) == 1


def test_a_reset_ends_the_sessions_and_the_open_links(room: Room) -> None:
    first = room.add("ana@example.org")
    ana = room.sign_in(room.reset("ana@example.org"))
    token = room.begin(ana)
    with pytest.raises(NotFound):
        room.sign_in(first)
    again = room.sign_in(room.reset(" ANA@example.org"))
    assert not room.holds(token)
    assert (again.id, again.role) == (ana.id, ana.role)


def test_a_reset_leaves_other_accounts_alone(room: Room) -> None:
    token = room.begin(room.sign_in(room.add("ana@example.org")))
    ben_link = room.add("ben@example.org")
    room.add("cleo@example.org")
    room.reset("cleo@example.org")
    assert room.holds(token)
    assert room.sign_in(ben_link).email == "ben@example.org"


def test_a_reset_forgets_the_password(room: Room) -> None:
    ana = room.sign_in(room.add("ana@example.org"))
    room.database.write(lambda session: organizers.set_password(session, ana.id, "hash"))
    again = room.sign_in(room.reset("ana@example.org"))
    assert (again.has_password, again.has_factor) == (False, False)


@pytest.fixture
def three(room: Room) -> dict[str, int]:
    """Two admins and a viewer: their numbers by name."""
    roles = {"ana": "admin", "ben": "admin", "eva": "viewer"}
    return {name: room.sign_in(room.add(f"{name}@example.org", role)).id for name, role in roles.items()}


def act(room: Room, do: str, who: int, by: int) -> str:
    """Lower or remove an account; says what was wrong with it."""
    try:
        if do == "lower":
            room.database.write(lambda session: organizers.change_role(session, who, "viewer", by=by))
        else:
            room.database.write(lambda session: organizers.remove(session, who, by=by))
    except (Conflict, NotFound) as problem:
        return type(problem).__name__
    return ""


@pytest.mark.parametrize("do", ["lower", "remove"])
def test_the_last_admin_stays_and_nobody_does_it_to_themselves(room: Room, three: dict[str, int], do: str) -> None:
    assert act(room, do, three["ana"], by=three["ana"]) == "Conflict"
    assert act(room, do, three["ben"], by=three["ana"]) == ""
    assert act(room, do, three["ana"], by=three["ben"]) == "Conflict"  # ben still has a page open
    assert act(room, do, 99, by=three["ana"]) == "NotFound"
    with room.database.read() as session:
        roles = {member.organizer.email: member.organizer.role for member in organizers.all_of(session)}
    assert roles["ana@example.org"] == "admin"
    assert roles.get("ben@example.org") == ("viewer" if do == "lower" else None)


def test_two_admins_who_remove_each_other_at_once_leave_one(any_database: Database, keys: Keys, now: datetime) -> None:
    room = Room(any_database, keys, now)
    ids = [room.sign_in(room.add(f"{name}@example.org", "admin")).id for name in ("ana", "ben")]
    together = threading.Barrier(2)

    def attempt(who: int) -> str:
        together.wait(30)
        return act(room, "remove", ids[who], by=ids[1 - who])

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(attempt, range(2))) == ["", "Conflict"]
    assert room.accounts() == 1


def test_an_account_that_is_held_is_changed_by_nobody_else(any_database: Database, keys: Keys, now: datetime) -> None:
    """So a session begins only while what was proved for it holds."""
    room = Room(any_database, keys, now)
    ana = room.sign_in(room.add("ana@example.org")).id
    threads: list[threading.Thread] = []

    def change() -> None:
        any_database.write(lambda session: organizers.set_password(session, ana, "new"))

    def hold(session: Session) -> str | None:
        organizers.hold(session, ana)
        threads.append(threading.Thread(target=change))
        threads[0].start()
        threads[0].join(0.1)
        return organizers.password_of(session, ana)

    assert any_database.write(hold) is None
    threads[0].join(30)
    with any_database.read() as session:
        assert organizers.password_of(session, ana) == "new"


def test_a_hash_is_renewed_only_where_it_is_still_the_one(room: Room) -> None:
    ana = room.sign_in(room.add("ana@example.org")).id
    room.database.write(lambda session: organizers.set_password(session, ana, "of another"))
    room.database.write(lambda session: organizers.set_password(session, ana, "renewed", instead_of="of the old"))
    with room.database.read() as session:
        assert organizers.password_of(session, ana) == "of another"
    room.database.write(lambda session: organizers.set_password(session, ana, "renewed", instead_of="of another"))
    with room.database.read() as session:
        assert organizers.password_of(session, ana) == "renewed"


def test_a_removed_account_is_signed_out_and_has_no_links(room: Room, three: dict[str, int]) -> None:
    link = room.reset("eva@example.org")
    token = room.database.write(lambda session: sessions.begin(session, three["eva"], "", now=room.now))
    assert act(room, "remove", three["eva"], by=three["ana"]) == ""
    assert not room.holds(token)
    with pytest.raises(NotFound):
        room.sign_in(link)


def test_an_address_has_one_account_even_when_it_is_added_many_times_at_once(room: Room) -> None:
    def attempt(number: int) -> bool:
        try:
            return bool(room.add("ana@example.org" if number % 2 else "ANA@example.org"))
        except Conflict:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(attempt, range(8))) == [False] * 7 + [True]
    assert room.accounts() == 1


def test_that_there_is_an_account_is_said_without_repeating_the_address(room: Room) -> None:
    room.add("ana@example.org")
    with pytest.raises(Conflict) as caught:
        room.add("Ana@example.org")
    assert caught.value.field == "email"
    assert "ana@" not in caught.value.message.lower()


@pytest.mark.parametrize(("email", "role", "field"), [("ana", None, "email"), ("ana@example.org", "owner", "role")])
def test_what_cannot_be_an_account_is_refused(room: Room, email: str, role: str | None, field: str) -> None:
    with pytest.raises(Malformed) as caught:
        room.add(email, role)
    assert caught.value.field == field
    assert room.accounts() == 0


def test_there_is_nothing_to_reset_for_a_stranger(room: Room) -> None:
    room.add("ana@example.org")
    with pytest.raises(NotFound):
        room.reset("ben@example.org")


def test_the_secret_of_a_link_is_long_and_stored_nowhere(room: Room, settings: Settings) -> None:
    secret = room.add("ana@example.org")
    assert len(secret) == 43  # 256 bits
    for path in settings.data_dir.glob("lifeline.db*"):
        assert secret.encode() not in path.read_bytes()


def test_an_organizer_does_not_show_their_address_when_printed(room: Room) -> None:
    ana = room.sign_in(room.add("ana@example.org"))
    assert ana.email not in repr(ana)
