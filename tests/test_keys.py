"""Keys are made once, by whoever comes first, and are nobody else's to read."""

from __future__ import annotations

import dataclasses
import multiprocessing
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from campaign.config import Settings
from campaign.errors import Misconfigured
from campaign.keys import Keys, load

NAMES = ["email_keys", "hash_key", "secret_key"]


def test_keys_are_readable_by_their_owner_alone(settings: Settings) -> None:
    load(settings)
    folder = settings.data_dir / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == dict.fromkeys(NAMES, 0o600)


def test_keys_are_made_once(settings: Settings) -> None:
    first, second = load(settings), load(settings)
    assert second.unseal(first.seal("Portland")) == "Portland"
    assert second.secret == first.secret
    assert second.fingerprint("email", "a@example.org") == first.fingerprint("email", "a@example.org")


def test_two_installations_have_different_keys(settings: Settings, tmp_path: Path) -> None:
    here, there = load(settings), load(dataclasses.replace(settings, data_dir=tmp_path / "other"))
    assert here.secret != there.secret
    assert here.fingerprint("email", "a@example.org") != there.fingerprint("email", "a@example.org")
    with pytest.raises(Misconfigured):
        there.unseal(here.seal("Portland"))


def _use(
    settings: Settings, start: multiprocessing.synchronize.Barrier, answers: multiprocessing.Queue[object]
) -> None:
    start.wait()
    keys = load(settings)
    answers.put((keys.secret, keys.fingerprint("email", "a@example.org"), keys.seal("Portland")))


def test_eight_processes_that_start_at_once_share_one_set_of_keys(settings: Settings) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["campaign.keys"])
    start, answers = context.Barrier(8), context.Queue()
    processes = [context.Process(target=_use, args=(settings, start, answers)) for _ in range(8)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=30) for _ in processes]
    for process in processes:
        process.join()
    kept = load(settings)
    assert {(secret, mark) for secret, mark, _ in found} == {(kept.secret, kept.fingerprint("email", "a@example.org"))}
    assert {kept.unseal(sealed) for *_, sealed in found} == {"Portland"}
    assert sorted(path.name for path in (settings.data_dir / "keys").iterdir()) == NAMES


def test_the_newest_key_seals_and_the_older_ones_still_open(settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    def keys(text: str) -> Keys:
        return load(dataclasses.replace(settings, email_keys=text))

    before = keys(old).seal("written before")
    both = keys(f"{new},{old}")
    after = both.seal("written after")
    assert (both.unseal(before), both.unseal(after)) == ("written before", "written after")
    assert keys(new).unseal(after) == "written after"
    with pytest.raises(Misconfigured, match="CAMPAIGN_EMAIL_KEYS"):
        keys(new).unseal(before)
    assert keys(f"{new}\n{old} ").unseal(before) == "written before"


def test_rotating_the_keys_for_email_changes_no_fingerprint(settings: Settings) -> None:
    first = load(dataclasses.replace(settings, email_keys=Fernet.generate_key().decode()))
    second = load(dataclasses.replace(settings, email_keys=Fernet.generate_key().decode()))
    assert first.fingerprint("email", "a@example.org") == second.fingerprint("email", "a@example.org")


@pytest.mark.parametrize("text", ["short", "ключ", "A" * 40, ",", "a,b"])
def test_what_is_no_key_is_refused(settings: Settings, text: str) -> None:
    with pytest.raises(Misconfigured, match="CAMPAIGN_EMAIL_KEYS"):
        load(dataclasses.replace(settings, email_keys=text))


@pytest.mark.parametrize("name", ["secret_key", "hash_key"])
def test_a_key_that_can_be_guessed_is_refused(settings: Settings, name: str) -> None:
    with pytest.raises(Misconfigured, match=f"CAMPAIGN_{name.upper()} must have at least 32 characters"):
        load(dataclasses.replace(settings, **{name: "k" * 31}))
    load(dataclasses.replace(settings, **{name: "k" * 32}))


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_key_file_is_refused_and_not_used(settings: Settings, name: str) -> None:
    load(settings)
    path = settings.data_dir / "keys" / name
    path.write_text("\n")
    with pytest.raises(Misconfigured, match=f"{name} is empty"):
        load(settings)


@pytest.mark.parametrize(
    "foreign", [b"", b"plain text", Fernet(Fernet.generate_key()).encrypt(b"theirs")], ids=["empty", "plain", "theirs"]
)
def test_data_that_none_of_our_keys_sealed_is_not_opened(keys: Keys, foreign: bytes) -> None:
    with pytest.raises(Misconfigured, match="CAMPAIGN_EMAIL_KEYS"):
        keys.unseal(foreign)


def test_sealed_text_cannot_be_changed(keys: Keys) -> None:
    sealed = bytearray(keys.seal("Portland"))
    sealed[len(sealed) // 2] ^= 1
    with pytest.raises(Misconfigured):
        keys.unseal(bytes(sealed))


def test_the_same_text_is_never_sealed_the_same_way(keys: Keys) -> None:
    assert keys.seal("Portland") != keys.seal("Portland")


def test_fingerprints_differ_by_purpose_and_say_nothing_of_the_text(keys: Keys) -> None:
    email, sign_in = keys.fingerprint("email", "a@example.org"), keys.fingerprint("sign-in", "a@example.org")
    assert email != sign_in
    assert keys.fingerprint("email", "a@example.org") == email
    assert len(email) == 64
    assert set(email) <= set("0123456789abcdef")


def test_keys_do_not_show_themselves_when_printed(keys: Keys) -> None:
    assert keys.secret not in repr(keys)
    assert keys.hash_key.decode() not in repr(keys)
