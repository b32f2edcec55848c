"""The commands as an operator types them, each in a process of its own."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pypdf
import pytest

from campaign import clock, partners
from campaign.addresses import Address
from campaign.cli import cli
from campaign.cli.lazy import Later
from campaign.compose import Origin, Signer, Text, write_message
from campaign.config import ROOT
from campaign.congress.build import COMMITTEES
from campaign.congress.seats import HOUSE_SEATS, SENATE_SEATS
from campaign.congress.tables import TABLES
from campaign.congress.zips import Zips
from campaign.database import Database
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.organizers import use_link
from tests.conftest import NOON
from tests.congress.sources import national
from tests.serving import campaign, environment

SIGN_IN = re.compile(r"http://127\.0\.0\.1:8000/organize/sign-in/(\S{43})\n")


@pytest.fixture
def env(tmp_path: Path, migrated: Path) -> dict[str, str]:
    """The surroundings of a command, with a migrated database."""
    shutil.copy(migrated, tmp_path / "lifeline.db")
    return environment(tmp_path)


def test_the_first_organizer_becomes_admin_and_gets_a_link_that_is_nowhere_in_the_database(
    env: dict[str, str], tmp_path: Path
) -> None:
    ended = campaign("organizer", "add", "Ana@example.org", env=env)
    assert (ended.returncode, ended.stderr) == (0, "It works once, within 24 hours.\n")
    link = SIGN_IN.fullmatch(ended.stdout)
    assert link
    assert link[1].encode() not in (tmp_path / "lifeline.db").read_bytes()
    assert campaign("organizer", "add", "ben@example.org", env=env).returncode == 0
    assert campaign("organizer", "add", "eva@example.org", "--role", "viewer", env=env).returncode == 0
    assert _rows(tmp_path, "SELECT email, role FROM organizers ORDER BY id") == [
        ("ana@example.org", "admin"),
        ("ben@example.org", "organizer"),
        ("eva@example.org", "viewer"),
    ]


def test_a_supporter_who_writes_in_is_erased_and_still_counts(
    env: dict[str, str], tmp_path: Path, keys: Keys, database: Database
) -> None:
    text = Text("ME-01", "P000597", "Subject", "Body")
    origin = Origin("form-1", "protect-parole", None, "ME-01", congress=119, day=NOON.date(), now=NOON)
    signer = Signer("Ana Reyes", Address("12 Congress Street", "Portland", "ME", "04101"), "ana@example.org")
    database.write(lambda session: write_message(session, keys, origin, signer, [text], ["call"]))
    assert campaign("erase", "ben@example.org", env=env).stderr == "campaign: Nothing is kept under this address.\n"
    ended = campaign("erase", "ANA@example.org", env=env)
    assert (ended.returncode, ended.stdout) == (0, "Erased. What counted still counts, and leads to nobody.\n")
    assert campaign("erase", "ana@example.org", env=env).returncode == 1
    assert _rows(tmp_path, "SELECT count(*) FROM supporters") == [(0,)]
    assert _rows(tmp_path, "SELECT letter, sealed FROM messages") == [("protect-parole", None)]
    assert _rows(tmp_path, "SELECT kind, supporter_id, name_hash FROM pledges") == [("call", None, None)]


def test_a_reset_makes_a_link_that_works_and_ends_the_one_before(
    env: dict[str, str], database: Database, keys: Keys
) -> None:
    first = SIGN_IN.fullmatch(campaign("organizer", "add", "ana@example.org", env=env).stdout)
    second = SIGN_IN.fullmatch(campaign("organizer", "reset", "ANA@example.org", env=env).stdout)
    assert first
    assert second
    with pytest.raises(Exception, match="has been used, or has expired"):
        database.write(lambda session: use_link(session, keys, first[1], now=NOON))
    organizer = database.write(lambda session: use_link(session, keys, second[1], now=NOON))
    assert organizer.email == "ana@example.org"


def test_a_partner_may_frame_from_the_origins_given(env: dict[str, str], tmp_path: Path) -> None:
    origins = ("https://Parish.example", "http://localhost:5001", "https://parish.example/")
    ended = campaign("partner", "add", "parish", "St. Anne’s Parish", *origins, env=env)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        "St. Anne’s Parish may frame http://127.0.0.1:8000/embed/letters/…?p=parish\n"
        "  from https://parish.example\n"
        "  from http://localhost:5001\n"
    )
    assert _rows(tmp_path, "SELECT code, name FROM partners") == [("parish", "St. Anne’s Parish")]
    ended = campaign("partner", "origins", "parish", "https://new.example", env=env)
    assert (ended.returncode, ended.stdout.splitlines()[1:]) == (0, ["  from https://new.example"])


def test_a_partner_gets_a_contact_address_a_link_and_a_pause(
    env: dict[str, str], tmp_path: Path, database: Database, keys: Keys
) -> None:
    added = campaign("partner", "add", "parish", "Parish", "https://p.example", "--email", "Office@p.example", env=env)
    assert (added.returncode, added.stderr) == (0, "")

    def email() -> str | None:
        with database.read() as session:
            return partners.email_of(session, keys, "parish")

    assert email() == "Office@p.example"
    changed = campaign("partner", "email", "parish", " lists@p.example ", env=env)
    assert (changed.returncode, changed.stdout) == (0, "Parish gets its list at lists@p.example\n")
    assert email() == "lists@p.example"
    links = [campaign("partner", "link", "parish", env=env) for _ in range(2)]
    old, new = [re.fullmatch(r"http://127\.0\.0\.1:8000/partner/([\w-]{32})\n", ended.stdout) for ended in links]
    assert old
    assert new
    with database.read() as session:
        assert partners.find_by_link(session, new[1]).code == "parish"
        with pytest.raises(NotFound):
            partners.find_by_link(session, old[1])
    assert new[1].encode() not in (tmp_path / "lifeline.db").read_bytes()
    paused = campaign("partner", "pause", "parish", env=env)
    assert (paused.returncode, paused.stdout.startswith("Parish is paused.")) == (0, True)
    assert _rows(tmp_path, "SELECT paused_at IS NULL FROM partners") == [(0,)]
    resumed = campaign("partner", "resume", "parish", env=env)
    assert (resumed.returncode, resumed.stdout) == (0, added.stdout)
    assert _rows(tmp_path, "SELECT paused_at FROM partners") == [(None,)]


def test_tables_of_congress_are_built_from_files_of_the_public_shape(env: dict[str, str], tmp_path: Path) -> None:
    sources = _sources(tmp_path)
    ended = campaign("congress", "build", *sources, "--as-of", "2026-06-15", "--out", str(tmp_path / "out"), env=env)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "541 members, 0 vacant seats, 0 local offices and 10 places on committees as of 2026-06-15" in ended.stdout
    assert "2 ZIP areas" in ended.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        path.name for path in (ROOT / "campaign" / "congress" / "data").glob("*.json")
    )
    members = json.loads((tmp_path / "out" / "members.json").read_text())["members"]
    assert members["ME-01"]["name"] == "First Last"


def test_a_roster_that_cannot_be_had_is_one_line_and_changes_nothing(env: dict[str, str], tmp_path: Path) -> None:
    ended = campaign("congress", "refresh", env=env)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch("campaign: A service on the internet that this takes did not answer.*\n", ended.stderr)
    assert not (tmp_path / "congress" / "current").exists()


def test_the_zip_areas_of_a_new_congress_are_taken_over_whole_or_not_at_all(
    env: dict[str, str], tmp_path: Path
) -> None:
    path = national(tmp_path, Zips.load(TABLES / "zips-119.json").listed)
    ended = campaign("congress", "zips", str(path), "--as-of", "2026-12-01", env=env)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("33,774 ZIP areas and their districts in Congress 120, as of 2026-12-01;")
    assert Zips.load(tmp_path / "congress" / "zips-120.json").congress == 120
    path.write_text("\n".join(path.read_text().splitlines()[:20_000]))
    ended = campaign("congress", "zips", str(path), env=env)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert len(Zips.load(tmp_path / "congress" / "zips-120.json").listed) == 33_774


def test_a_pack_has_a_cover_and_the_letters_of_those_who_agreed(
    env: dict[str, str], tmp_path: Path, database: Database, keys: Keys
) -> None:
    own = "My neighbor teaches at our school, and her students ask every week whether she may stay."
    for number, agreed in enumerate((True, True, False)):
        signer = Signer(
            f"Writer {number}",
            Address("12 Congress Street", "Portland", "ME", "04101"),
            may_print=agreed,
            may_quote=number == 0,
        )
        now = clock.wall()
        origin = Origin(f"form-{number}", "extend-status", None, "ME-01", congress=119, day=now.date(), now=now)
        text = Text(
            "ME-01", "P000597", f"Subject {number}", f"Dear Representative Pingree,\n\n{own}\n\nBye,\nW {number}"
        )
        database.write(
            lambda session, origin=origin, signer=signer, text=text: write_message(
                session, keys, origin, signer, [text]
            )
        )
    ended = campaign("letters", "pack", "--office", "ME-01", "--since", "2026-01-01", "--out", str(tmp_path), env=env)
    assert (ended.returncode, ended.stdout) == (0, f"{tmp_path}/letters-ME-01-1.pdf\n")
    cover, *letters = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "letters-ME-01-1.pdf").pages]
    assert "Representative Chellie Pingree" in cover
    assert "Letters: 2." in cover
    assert "Portland (2)" in cover
    assert own in " ".join(cover.split())
    assert "Writer" not in cover
    assert ["Subject 0" in letters[0], "Subject 1" in letters[1], len(letters)] == [True, True, 2]
    for office, since, said in (
        ("ME-S1", "2026-01-01", "There is no letter to this office"),
        ("ME-01", "2099-01-01", "There is no letter to this office"),
        ("TX-23", "2026-01-01", "Nobody holds this seat now."),
        ("ME-99", "2026-01-01", "There is no such seat in Congress."),
    ):
        ended = campaign("letters", "pack", "--office", office, "--since", since, env=env)
        assert (ended.returncode, said in ended.stderr, ended.stderr.count("\n")) == (1, True, 1)


def test_the_letters_that_come_with_the_project_pass_their_check(env: dict[str, str]) -> None:
    ended = campaign("letters", "check", env=env)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "\nErrors: 0. " in ended.stdout


def test_a_letter_with_a_figure_of_its_own_fails_its_check_by_file_and_line(tmp_path: Path) -> None:
    letters = tmp_path / "letters"
    shutil.copytree(ROOT / "letters", letters)
    ask = letters / "protect-parole" / "asks" / "house.txt"
    ask.write_text(ask.read_text() + "\nPlease help the 4,711 families who wait.\n")
    line = ask.read_text().splitlines().index("Please help the 4,711 families who wait.") + 1
    ended = campaign("letters", "check", env=environment(tmp_path, letters_dir=letters))
    assert ended.returncode == 1
    assert f"{ask}:{line}: error: " in ended.stdout
    assert "\nErrors: 1. " in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        ("organizer add not-an-address", {}, "Enter an email address like name@example.org."),
        ("organizer reset nobody@example.org", {}, "There is no organizer with this address."),
        ("partner add Two.Words Name https://a.example", {}, "A partner's code has up to 32 small letters"),
        ("partner add code Name http://a.example", {}, "'http://a.example' is not an origin."),
        ("partner add code Name https://a.example --email x", {}, "Enter an email address like name@example.org."),
        ("partner email nobody a@example.org", {}, "There is no partner with the code nobody."),
        ("partner email nobody x", {}, "Enter an email address like name@example.org."),
        ("partner link nobody", {}, "There is no partner with the code nobody."),
        ("partner pause nobody", {}, "There is no partner with the code nobody."),
        ("partner resume nobody", {}, "There is no partner with the code nobody."),
        ("migrate", {"port": "eighty"}, "CAMPAIGN_PORT must be a whole number from 1 to 65535, not 'eighty'"),
        ("migrate", {"data_dir": "{tmp}/file/below"}, "{tmp}/file/below: Not a directory"),
        ("migrate", {"database_url": "sqlite:///{tmp}/file"}, "The database cannot be used: file is not a database"),
        ("migrate", {"database_url": "sqlite:///{tmp}"}, "The database cannot be used: unable to open database file"),
        ("migrate", {"database_url": "nosql://user:secret@host"}, "CAMPAIGN_DATABASE_URL is not the address"),
        ("serve", {"letters_dir": "{tmp}/nowhere"}, "{tmp}/nowhere/campaign.toml:1: this file is missing"),
        ("serve", {"email_keys": "short"}, "CAMPAIGN_EMAIL_KEYS must hold one or more keys"),
        ("congress build {sources} --out {tmp}/file/below", {}, "{tmp}/file/below: Not a directory"),
    ],
)
def test_what_an_operator_has_to_mend_is_one_line(
    tmp_path: Path, arguments: str, settings: dict[str, str], sentence: str
) -> None:
    (tmp_path / "file").write_text("This is not a database.")
    fill = {"tmp": str(tmp_path), "sources": " ".join(_sources(tmp_path)) if "{sources}" in arguments else ""}
    env = environment(tmp_path / "data", **{name: value.format(**fill) for name, value in settings.items()})
    ended = campaign(*arguments.format(**fill).split(), env=env)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith(f"campaign: {sentence.format(**fill)}")
    assert "secret" not in ended.stderr


def test_a_broken_source_is_one_line_that_names_the_record(env: dict[str, str], tmp_path: Path) -> None:
    sources = _sources(tmp_path)
    (tmp_path / "legislators").write_text('[{"id": {"bioguide": "X000001"}, "name": {}, "terms": []}]')
    ended = campaign("congress", "build", *sources, "--out", str(tmp_path / "out"), env=env)
    assert ended.returncode == 1
    assert ended.stderr.startswith("campaign: legislators, X000001: ")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        ("--help", {"alembic", "cryptography", "flask", "requests", "sqlalchemy", "typst"}),
        ("letters check", {"alembic", "cryptography", "flask", "requests", "sqlalchemy", "typst"}),
        ("migrate", {"alembic", "flask", "requests", "typst"}),
    ],
)
def test_a_command_loads_no_library_that_it_does_not_use(env: dict[str, str], arguments: str, unused: set[str]) -> None:
    code = "import sys; from campaign.cli import cli; cli(standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    line = [sys.executable, "-c", code, *arguments.split()]
    ended = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert unused & set(ended.stderr.split()) == set()


def test_the_list_of_commands_says_of_each_how_its_own_help_begins() -> None:
    found = list(_stand_ins(cli))
    assert len(found) >= 14
    for command in found:
        assert str(command.load().help).startswith(str(command.help).rstrip("."))
        assert command.load().name == command.name


def _stand_ins(group: click.Group) -> Iterator[Later]:
    for command in group.commands.values():
        if isinstance(command, Later):
            yield command
            loaded = command.load()
            if isinstance(loaded, click.Group):
                yield from _stand_ins(loaded)


def _sources(folder: Path) -> list[str]:
    """The options that name files of the public shape, with a placeholder in each seat."""
    terms = [
        {"type": "rep", "state": seat[:2], "district": 0 if seat.endswith("AL") else int(seat[3:])}
        for seats in HOUSE_SEATS.values()
        for seat in seats
    ] + [{"type": "sen", "state": seat[:2], "class": int(seat[4])} for seats in SENATE_SEATS.values() for seat in seats]
    people = [
        {
            "id": {"bioguide": f"X{number:06}"},
            "name": {"first": "First", "last": "Last", "official_full": "First Last"},
            "terms": [{"end": "2027-01-03", "party": "Independent", "phone": "202-224-0000", **term}],
        }
        for number, term in enumerate(terms)
    ]
    files = {
        "legislators": json.dumps(people),
        "offices": "[]",
        "committees": json.dumps(
            [
                {
                    "thomas_id": code,
                    "name": "Committee",
                    "subcommittees": [
                        {"thomas_id": part[4:], "name": "Part"} for part in COMMITTEES if part[:4] == code and part[4:]
                    ],
                }
                for code in sorted({part[:4] for part in COMMITTEES})
            ]
        ),
        "memberships": json.dumps({code: [{"bioguide": "X000000"}] for code in COMMITTEES}),
        "zips": "state_fips,state_abbr,zcta,cd\n23,ME,04101,1\n56,WY,82001,0\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return [word for name in files for word in (f"--{name}", str(folder / name))]


def _rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "lifeline.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
