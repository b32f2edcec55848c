"""What is changed in the files is served soon after, never by halves; what is wrong in them is not served at all."""

from __future__ import annotations

import itertools
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from campaign import rereading
from campaign.errors import Misconfigured, NotFound
from campaign.letters import Bank, letter_bank, load, loading
from campaign.letters.files import listing
from tests.letters.conftest import TEXTS, edit, write_letter


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for changes at every question, not once a second."""
    monkeypatch.setattr(rereading, "LOOK_SECONDS", 0.0)


def title(bank: Bank, slug: str = "door") -> str:
    return bank.letter(slug).file.title


def test_a_bank_holds_what_its_files_say(folder: Path) -> None:
    bank = load(folder)
    assert (bank.campaign.name, bank.campaign.zone.key) == ("Harbor", "America/New_York")
    assert (list(bank.facts), bank.figure("u4u-border")) == (
        ["u4u-border", "afghan-young", "unsaid", "filed-as-one"],
        "from 20 to 1",
    )
    assert bank.roles == {"neighbor": "A neighbor who cares", "sponsor": "A sponsor"}
    assert bank.pledges["call"].next == "The number is on this page."
    assert bank.destination("give").url == "https://give.harbor-aid.us/now"
    letter = bank.letter("door")
    assert (letter.slug, letter.live, [reason.code for reason in letter.file.reasons]) == (
        "door",
        True,
        ["safety", "border"],
    )
    assert letter.reasons["border"][0].text == "Encounters fell {fact:u4u-border}."
    assert len(letter.passages()) == 3 + 4 + 6 + 4 + 6


def test_there_is_nothing_of_another_name(folder: Path) -> None:
    bank = load(folder)
    for look_up, name in itertools.product((bank.letter, bank.destination), ("", "nowhere", "../door", "Door")):
        with pytest.raises(NotFound):
            look_up(name)


def test_a_service_does_not_start_on_a_broken_bank(folder: Path) -> None:
    edit(folder / "door/letter.toml", '"live"', '"open"')
    with pytest.raises(Misconfigured) as caught:
        letter_bank(folder)
    assert caught.value.message == f"{folder}/door/letter.toml:4: status: a letter is draft, live or ended"


def test_a_percent_sign_in_a_problem_is_said_as_it_is(folder: Path) -> None:
    edit(folder / "door/reasons/safety.txt", "Danger does not wait.", "%(name)s of danger")
    with pytest.raises(Misconfigured) as caught:
        load(folder)
    assert caught.value.message.endswith("safety.txt:5: '%' is a figure; take it from the ledger, as {fact:…}")


@pytest.mark.usefixtures("impatient")
def test_a_changed_letter_is_served_without_a_restart(folder: Path) -> None:
    letters = letter_bank(folder)
    before = letters.current()
    assert letters.current() is before  # nothing changed, nothing read
    edit(folder / "door/letter.toml", "Keep the door open", "Keep the gate open")
    assert title(letters.current()) == "Keep the gate open"
    assert title(before) == "Keep the door open"  # whoever holds the old bank holds all of it


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("name", "old", "new", "seen"),
    [
        ("campaign.toml", "Harbor", "Haven", lambda bank: bank.campaign.name == "Haven"),
        ("facts.toml", "from 20 to 1", "from 21 to 1", lambda bank: bank.figure("u4u-border") == "from 21 to 1"),
        ("roles.toml", "cares", "waits", lambda bank: bank.roles["neighbor"] == "A neighbor who waits"),
        ("pledges.toml", "Call an", "Ring an", lambda bank: bank.pledges["call"].label == "Ring an office"),
        ("destinations.toml", "/now", "/you", lambda bank: bank.destination("give").url.endswith("/you")),
        ("door/subjects.txt", "Keep", "Hold", lambda bank: bank.letter("door").subjects[0].text[:4] == "Hold"),
        (
            "door/asks/house.txt",
            "speak",
            "stand",
            lambda bank: bank.letter("door").asks["house"][0].text == "Please stand for it in the House.",
        ),
    ],
)
def test_a_change_of_the_same_length_in_any_file_is_seen(
    folder: Path, name: str, old: str, new: str, seen: Callable[[Bank], bool]
) -> None:
    letters = letter_bank(folder)
    assert not seen(letters.current())
    edit(folder / name, old, new)
    assert seen(letters.current())


@pytest.mark.usefixtures("impatient")
def test_a_file_moved_over_another_with_its_size_and_time_is_seen(folder: Path) -> None:
    letters = letter_bank(folder)
    file = folder / "door/letter.toml"
    status = file.stat()
    other = folder / "door/letter.new"
    shutil.copy(file, other)
    edit(other, "Keep the door open", "Keep the gate open")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.rename(file)
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert title(letters.current()) == "Keep the gate open"


@pytest.mark.usefixtures("impatient")
def test_a_broken_edit_keeps_the_last_good_bank_and_says_so_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    letters = letter_bank(folder)
    good = letters.current()
    edit(folder / "door/letter.toml", 'title = "Keep', 'titel = "Keep')
    with caplog.at_level(logging.INFO, "campaign"):
        assert [letters.current() is good for _ in range(3)] == [True] * 3
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "files kept as they were")
    assert record.__dict__["problem"] == f"{folder}/door/letter.toml:1: Object contains unknown field `titel`"

    caplog.clear()
    edit(folder / "door/letter.toml", 'titel = "Keep the door', 'title = "Keep the gate')
    with caplog.at_level(logging.INFO, "campaign"):
        assert title(letters.current()) == "Keep the gate open"
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("INFO", "files read again")]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "facts.toml").unlink(),
        lambda folder: (folder / "facts.toml").write_bytes(b"\xff\xfe\x00"),
        lambda folder: (folder / "facts.toml").write_text(""),
        lambda folder: (folder / "door/asks/house.txt").write_text(""),
        lambda folder: (folder / "door/asks/house.txt").unlink(),
        lambda folder: (folder / "door/letter.toml").unlink(),
        lambda folder: shutil.rmtree(folder / "door/openings"),
        lambda folder: shutil.rmtree(folder),
        lambda folder: folder.rename(folder.with_name("elsewhere")),
        lambda folder: (folder / "facts.toml").unlink() or (folder / "facts.toml").mkdir(),
        lambda folder: (folder / "facts.toml").unlink() or (folder / "facts.toml").symlink_to("nowhere.toml"),
        lambda folder: edit(folder / "destinations.toml", "https://give.harbor-aid.us/now", "javascript:alert(1)"),
    ],
)
def test_no_harm_to_the_files_is_harm_to_the_bank(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: Callable[[Path], object]
) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    letters = letter_bank(folder)
    good = letters.current()
    harm(folder)
    assert letters.current() is good
    assert [record.getMessage() for record in caplog.records] == ["files kept as they were"]
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(tmp_path / "copy", folder)
    assert title(letters.current()) == "Keep the door open"
    assert letters.current() is not good


@pytest.mark.usefixtures("impatient")
def test_a_new_folder_is_a_new_letter_and_a_deleted_one_is_gone(folder: Path) -> None:
    letters = letter_bank(folder)
    write_letter(folder / "window")
    edit(folder / "window/letter.toml", "order = 10", "order = 5")
    assert [letter.slug for letter in letters.current().shown("live")] == ["window", "door"]
    shutil.rmtree(folder / "window")
    assert [letter.slug for letter in letters.current().shown("live")] == ["door"]
    with pytest.raises(NotFound):
        letters.current().letter("window")


@pytest.mark.usefixtures("impatient")
def test_a_linked_letter_is_a_letter_and_a_change_behind_the_link_is_seen(folder: Path, tmp_path: Path) -> None:
    write_letter(tmp_path / "elsewhere")
    (folder / "window").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    letters = letter_bank(folder)
    edit(tmp_path / "elsewhere/letter.toml", "Keep the door open", "Keep the window open")
    assert title(letters.current(), "window") == "Keep the window open"


@pytest.mark.usefixtures("impatient")
def test_a_draft_is_hidden_and_an_ended_letter_is_shown_with_its_outcome(folder: Path) -> None:
    letters = letter_bank(folder)
    edit(folder / "door/letter.toml", '"live"', '"draft"')
    bank = letters.current()
    assert (bank.shown("live"), bank.shown("ended")) == ([], [])
    with pytest.raises(NotFound):
        bank.letter("door")

    edit(folder / "door/letter.toml", '"draft"', '"ended"\noutcome = "The door stays open."')
    bank = letters.current()
    assert ([letter.slug for letter in bank.shown("ended")], bank.shown("live")) == (["door"], [])
    assert (bank.letter("door").live, bank.letter("door").file.outcome) == (False, "The door stays open.")


@pytest.mark.usefixtures("impatient")
def test_what_editors_leave_beside_a_file_changes_nothing(folder: Path) -> None:
    letters = letter_bank(folder)
    good = letters.current()
    (folder / "door/asks/house.txt~").write_text("An older ask.")
    (folder / "door/asks/.house.txt.swp").write_bytes(b"\xff")
    (folder / "door/asks/.#house.txt").symlink_to("writer@desk.1234:5678")
    assert letters.current() is good


def test_files_are_looked_at_once_a_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("campaign.rereading.time.monotonic", lambda: clock[0])
    letters = letter_bank(folder)
    edit(folder / "door/letter.toml", "Keep the door open", "Keep the gate open")
    clock[0] = 100.9
    assert title(letters.current()) == "Keep the door open"
    clock[0] = 101.0
    assert title(letters.current()) == "Keep the gate open"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("good", [True, False])
def test_what_was_read_while_somebody_wrote_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, good: bool
) -> None:
    letters = letter_bank(folder)
    edit(folder / "door/letter.toml", "Keep the door open", "Keep the gate open" if good else "{")
    whole_load = load

    def interrupted(place: Path) -> Bank:
        monkeypatch.setattr(loading, "load", whole_load)
        try:
            return whole_load(place)
        finally:  # the writer saves the second file just after the first was read
            edit(place / "door/letter.toml", "Keep the gate open" if good else "{", "Keep the yard open")

    monkeypatch.setattr(loading, "load", interrupted)
    assert title(letters.current()) == "Keep the door open"
    assert title(letters.current()) == "Keep the yard open"
    assert [record.levelname for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.usefixtures("impatient")
def test_a_file_that_goes_while_the_bank_is_read_does_no_harm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = letter_bank(folder)
    good = letters.current()
    edit(folder / "door/letter.toml", "Keep the door open", "Keep the gate open")
    listings = iter([lambda: None, (folder / "door/asks/house.txt").unlink])

    def then_gone(place: Path) -> list[Path]:
        files = listing(place)
        next(listings, lambda: None)()
        return files

    monkeypatch.setattr(loading, "listing", then_gone)
    assert letters.current() is good
    assert not (folder / "door/asks/house.txt").exists()


@pytest.mark.usefixtures("impatient")
def test_many_readers_never_see_half_a_bank(folder: Path, tmp_path: Path) -> None:
    """Every file of an edition has its mark; editions take each other's place in one step, and banks are whole."""
    editions = [tmp_path / f"edition-{number}" for number in range(40)]
    for number, place in enumerate(editions):
        write_letter(place)
        for name, text in TEXTS.items():
            marked = "\n\n".join(f"{mark(number)} {words}" for words in text.split("\n\n"))
            (place / f"{name}.txt").write_text(marked.replace("# The ledger has the figure.\n", ""))
        edit(place / "letter.toml", "Keep", f"{mark(number)} Keep")

    def publish(place: Path) -> None:
        (place / "letter.toml").touch()  # an edition that comes back is a new one
        link = tmp_path / "link"
        link.symlink_to(place, target_is_directory=True)
        link.replace(folder / "door")

    shutil.rmtree(folder / "door")
    publish(editions[0])
    letters = letter_bank(folder)
    done = threading.Event()

    def follow() -> None:
        while not done.wait(0.001):  # a reader that never rests would keep the writer from its work
            letter = letters.current().letter("door")
            marks = {passage.text.split()[0] for passage in letter.passages()} | {letter.file.title.split()[0]}
            assert len(marks) == 1, marks

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(follow) for _ in range(4)]
        try:
            for place in editions * 10:
                publish(place)
                time.sleep(0.001)
        finally:
            done.set()
        for reader in readers:
            reader.result()
    assert title(letters.current()).startswith(mark(len(editions) - 1))


def mark(edition: int) -> str:
    """A word for an edition, made of letters alone: a number would be a figure."""
    return "E" + "".join(chr(ord("a") + int(digit)) for digit in str(edition))
