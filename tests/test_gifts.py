"""Each gift is stored once, to the cent, and with the hand-over it belongs to; what belongs to none stands apart."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import donations
from campaign import keys as campaign_keys
from campaign.config import ROOT, Settings
from campaign.database import Database
from campaign.errors import Malformed
from campaign.gifts import CENTS_MAX, Gift, Note, Outcome, parse_amount, parse_day, read_file, record_gifts
from campaign.keys import Keys
from campaign.models import Click
from campaign.models import Gift as GiftRow
from tests.conftest import NOON
from tests.serving import COMMAND, PATIENCE_SECONDS, campaign, environment

TODAY = NOON.date()


def hand_over(database: Database, keys: Keys, count: int = 1) -> list[str]:
    """So many hand-overs, each with an id that went along."""
    tokens = [donations.new_token(keys) for _ in range(count)]

    def fill(session: Session) -> None:
        for token in tokens:
            donations.record_click(session, "give", day=TODAY, now=NOON, token=token)

    database.write(fill)
    return tokens


def told(database: Database, keys: Keys, *rows: tuple[str, int, date]) -> Outcome:
    numbered = [Gift(number, *row) for number, row in enumerate(rows, start=2)]
    return database.write(lambda session: record_gifts(session, keys, numbered, NOON))


def stored(database: Database) -> list[tuple[str, int, str | None]]:
    """Id, amount and the id of the hand-over of every gift."""
    with database.read() as session:
        query = select(GiftRow.reference, GiftRow.cents, Click.token).outerjoin(Click).order_by(GiftRow.id)
        return [tuple(row) for row in session.execute(query)]


AMOUNTS = [
    ("25", 2500),
    ("$25", 2500),
    (" $ 25.00 ", 2500),
    ("25.5", 2550),
    ("0.01", 1),
    ("1,234.50", 123450),
    ("$1,234,567.89", 123456789),
    ("10,000,000.00", CENTS_MAX),
    ("007", 700),
]
NO_AMOUNTS = [
    ("25.005", "parts of a cent"),
    ("25.000", "parts of a cent"),
    ("-25", "paid back"),
    ("$-25.00", "paid back"),
    ("-$25", "paid back"),
    ("−25", "paid back"),  # a minus sign, not a hyphen
    ("(25.00)", "paid back"),
    ("25-", "paid back"),
    ("0", "more than nothing"),
    ("0.00", "more than nothing"),
    ("10,000,000.01", "at most 10 million"),
    *((text, "must be one in dollars") for text in (
        "", " ", "$", "free", "12,34.50", "1,23", "25,00", "1.234,50", "25.", ".5", "1e5", "NaN", "Infinity", "€25",
        "25 USD", "1 000", "٢٥", "1_000", "+25", "25%", "0x19", "9" * 5_000, "=1+1", "$$5", "1,0000")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cents"), AMOUNTS)
def test_an_amount_is_read_to_the_cent(text: str, cents: int) -> None:
    assert parse_amount(text) == cents


@pytest.mark.parametrize(("text", "reason"), NO_AMOUNTS, ids=lambda value: str(value)[:20])
def test_what_is_no_amount_of_a_gift_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason) as caught:
        parse_amount(text)
    assert caught.value.field == "amount"


@given(st.integers(1, CENTS_MAX), st.sampled_from(["{}", "${}", " {} ", "$ {}"]), st.booleans())
def test_every_amount_comes_back_as_it_was_written(cents: int, frame: str, grouped: bool) -> None:
    text = f"{Decimal(cents) / 100:{',' if grouped else ''}.2f}"
    assert parse_amount(frame.format(text)) == cents


@given(st.integers(0, 10**7), st.text("0123456789", min_size=3, max_size=30))
def test_no_part_of_a_cent_is_rounded_away(whole: int, part: str) -> None:
    with pytest.raises(Malformed, match="parts of a cent"):
        parse_amount(f"{whole}.{part}")


@given(st.text(st.sampled_from("0123456789.,$-( )eE+") | st.characters(), max_size=20))
def test_any_text_is_an_amount_that_decimals_agree_with_or_refused(text: str) -> None:
    try:
        cents = parse_amount(text)
    except Malformed:
        return
    assert Decimal(text.replace("$", "").replace(",", "").strip()) * 100 == cents
    assert 0 < cents <= CENTS_MAX


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        (" 2026-01-02 ", date(2026, 1, 2)),
        ("11/24/2026", date(2026, 11, 24)),
        ("1/2/2026", date(2026, 1, 2)),
        ("2026-11-25", date(2026, 11, 25)),
        ("2028-02-29", None),
        ("2026-11-26", None),
        ("24/11/2026", None),
        ("2026-02-29", None),
        ("2/30/2026", None),
        ("1/2/26", None),
        ("20261124", None),
        ("2026-W48-2", None),
        ("2026-1-2", None),
        ("0000-01-01", None),
        ("٢٠٢٦-11-24", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_day_is_written_in_one_of_two_ways_and_has_come(text: str, day: date | None) -> None:
    if day is None:
        with pytest.raises(Malformed) as caught:
            parse_day(text, TODAY)
        assert caught.value.field == "date"
    else:
        assert parse_day(text, TODAY) == day


GIFT = Gift(2, "abc", 2500, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "id,amount,date\nabc,25,2026-11-24\n",
        "\ufeffid,amount,date\r\nabc,25,2026-11-24\r\n",
        "Date;AMOUNT; Id \n11/24/2026;$25.00;abc",
        'Name,ID,Amount,Fund,Date\n"Reyes, Ana",abc,"25",x,2026-11-24\n',
        "id,amount,date\nabc,25,2026-11-24\n\n , ,\n",
    ],
)
def test_a_file_is_read_whatever_the_order_and_case_of_its_columns(text: str) -> None:
    assert read_file(text.encode(), TODAY) == ([GIFT], [])


def test_a_bad_row_is_told_by_its_line_and_nothing_else_is_lost() -> None:
    lines = [
        "id,amount,date,note",
        "a,1,2026-11-24,",
        'b,2,2026-11-24,"two\nlines"',
        "c,-3,2026-11-24,",
        "d,1,234.50,2026-11-24,",
        "e,5,2026-11-24",
        'f,6,2026-11-24,"x"y',
        ",7,2026-11-24,",
        f"{'g' * 101},8,2026-11-24,",
        "h,9,soon,",
        "i,10,2026-11-24,\u2028\x0b\x85",
    ]
    found, notes = read_file("\n".join(lines).encode(), TODAY)
    assert [(gift.row, gift.reference, gift.cents) for gift in found] == [(2, "a", 100), (3, "b", 200), (12, "i", 1000)]
    assert notes == [
        Note(5, "bad", "This is money paid back; only gifts are taken in."),
        Note(6, "bad", "This row has more or fewer cells than the first line."),
        Note(7, "bad", "This row has more or fewer cells than the first line."),
        Note(8, "bad", "The quotes in this row do not match."),
        Note(9, "bad", "There is no id."),
        Note(10, "bad", "The id has more than 100 characters, or some that nobody sees."),
        Note(11, "bad", "The date must be one like 2026-11-24 or 11/24/2026."),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "must name each of the columns"),
        (b"id,amount\na,1\n", "must name each of the columns"),
        (b"id,amount,date,ID\n", "must name each of the columns"),
        (b'"id,amount,date\n', "must name each of the columns"),
        ("id,amount,date\nä,1,2026-11-24".encode("latin-1"), "must be UTF-8"),
        ("id,amount,date\n".encode("utf-16"), "must be UTF-8"),
    ],
)
def test_a_file_without_its_columns_is_refused_whole(data: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        read_file(data, TODAY)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: f"id,amount,date\n{text}".encode("utf-8", "ignore"))
)
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        read_file(data, TODAY)
    except Malformed:
        return


def test_gifts_find_their_hand_overs_and_telling_twice_changes_nothing(database: Database, keys: Keys) -> None:
    one, two, _ = hand_over(database, keys, 3)
    stranger = donations.new_token(keys)
    rows = [(one, 2500, TODAY), (two.upper(), 100, TODAY), ("made-up", 700, TODAY), (stranger, 900, TODAY)]
    unmatched = [Note(4, "unmatched", "This id is none of ours."), Note(5, "unmatched", "No hand-over has this id.")]
    assert told(database, keys, *rows) == Outcome(given=2, known=0, notes=unmatched)
    first = stored(database)
    assert sorted(first, key=lambda row: row[1]) == [
        (two, 100, two), ("made-up", 700, None), (stranger, 900, None), (one, 2500, one)
    ]  # fmt: skip
    again = told(database, keys, *rows)
    assert again == Outcome(given=0, known=2, notes=unmatched)
    assert again.counts() == {"given": 0, "known": 2, "unmatched": 2, "conflicts": 0, "bad": 0}
    assert stored(database) == first


def test_what_contradicts_is_told_and_changes_nothing(database: Database, keys: Keys) -> None:
    (one,) = hand_over(database, keys)
    told(database, keys, (one, 2500, TODAY), ("made-up", 700, TODAY))
    before = stored(database)
    yesterday = TODAY - timedelta(days=1)
    outcome = told(
        database, keys, (one, 2501, TODAY), (one, 2500, yesterday), ("made-up", 701, TODAY), (one, 2500, TODAY)
    )
    assert [(note.row, note.kind) for note in outcome.notes] == [(2, "conflict"), (3, "conflict"), (4, "conflict")]
    assert outcome.counts() == {"given": 0, "known": 1, "unmatched": 0, "conflicts": 3, "bad": 0}
    assert stored(database) == before


def test_an_id_twice_in_one_file_is_one_gift(database: Database, keys: Keys) -> None:
    (one,) = hand_over(database, keys)
    outcome = told(database, keys, (one, 2500, TODAY), (one.upper(), 2500, TODAY), (one, 10, TODAY))
    assert outcome.counts() == {"given": 1, "known": 1, "unmatched": 0, "conflicts": 1, "bad": 0}
    assert stored(database) == [(one, 2500, one)]


def test_many_rows_in_any_order_are_counted_each(database: Database, keys: Keys) -> None:
    tokens = hand_over(database, keys, 1_203)
    rows = [(token, number + 1, TODAY) for number, token in enumerate(tokens)]
    random.Random(1).shuffle(rows)  # noqa: S311
    assert told(database, keys, *rows, *rows[:7]).counts()["given"] == 1_203
    assert told(database, keys, *rows).counts()["known"] == 1_203
    assert {row[2] for row in stored(database)} == set(tokens)


def test_a_file_is_taken_whole_however_long(database: Database, keys: Keys) -> None:
    rows = [(f"made-up-{number}", 1, TODAY) for number in range(40_000)]  # more values than one statement may have
    assert told(database, keys, *rows).counts()["unmatched"] == 40_000
    assert len(stored(database)) == 40_000


def write_csv(path: Path, tokens: list[str]) -> Path:
    path.write_text("id,amount,date\n" + "".join(f"{token},5,2026-11-24\n" for token in tokens))
    return path


@pytest.fixture
def env(tmp_path: Path, migrated: Path) -> dict[str, str]:
    shutil.copy(migrated, tmp_path / "lifeline.db")
    return environment(tmp_path, today="2026-11-24")


def test_the_command_lists_and_counts_and_fails_on_what_has_to_be_mended(
    env: dict[str, str], tmp_path: Path, database: Database, keys: Keys
) -> None:
    one, two = hand_over(database, keys, 2)
    file = write_csv(tmp_path / "gifts.csv", [one, two, "made-up"])
    ended = campaign("donations", "import", str(file), env=env)
    counts = "Given: {}. Known: {}. Unmatched: 1. Conflicts: {}. Bad: {}.\n"
    note = f"{file}:4: unmatched: This id is none of ours.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, note + counts.format(2, 0, 0, 0), "")
    ended = campaign("donations", "import", str(file), env=env)
    assert (ended.returncode, ended.stdout) == (0, note + counts.format(0, 2, 0, 0))
    file.write_text(
        f"id,amount,date\n{one},6,2026-11-24\n{two},$5,11/24/2026\n{two},x,2026-11-24\nmade-up,5,2026-11-24"
    )
    ended = campaign("donations", "import", str(file), env=env)
    assert (ended.returncode, ended.stdout.splitlines()[-1] + "\n") == (1, counts.format(0, 1, 1, 1))
    assert [line.split(": ")[:2] for line in ended.stdout.splitlines()[:3]] == [
        [f"{file}:2", "conflict"], [f"{file}:4", "bad"], [f"{file}:5", "unmatched"]
    ]  # fmt: skip


@pytest.mark.parametrize(("row", "status"), [("{},5,2026-11-24", 0), ("{},6,2026-11-24", 1), ("x,-5,2026-11-24", 1)])
def test_one_bad_row_or_one_conflict_is_enough_to_fail(
    env: dict[str, str], tmp_path: Path, database: Database, keys: Keys, row: str, status: int
) -> None:
    (one,) = hand_over(database, keys)
    told(database, keys, (one, 500, TODAY))
    (tmp_path / "gifts.csv").write_text(f"id,amount,date\n{row.format(one)}\n")
    assert campaign("donations", "import", str(tmp_path / "gifts.csv"), env=env).returncode == status


def test_two_imports_at_once_make_each_gift_once(
    env: dict[str, str], tmp_path: Path, database: Database, keys: Keys
) -> None:
    tokens = hand_over(database, keys, 2_000)
    files = [write_csv(tmp_path / "one.csv", tokens), write_csv(tmp_path / "two.csv", tokens[::-1])]
    going = [
        subprocess.Popen(
            [*COMMAND, "donations", "import", str(file)], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
        )
        for file in files
    ]
    told = [process.communicate(timeout=PATIENCE_SECONDS)[0] for process in going]
    assert [process.returncode for process in going] == [0, 0], told
    counted = [[int(word.rstrip(".")) for word in line.split()[1::2]] for line in told]
    assert [sum(figures) for figures in zip(*counted, strict=True)] == [2_000, 2_000, 0, 0, 0]
    with sqlite3.connect(tmp_path / "lifeline.db") as connection:
        query = "SELECT count(*), count(DISTINCT click_id), sum(cents) FROM gifts"
        assert connection.execute(query).fetchone() == (2_000, 2_000, 1_000_000)
    connection.close()


def test_ids_are_known_again_by_another_process(settings: Settings, keys: Keys) -> None:
    token = donations.new_token(keys)
    assert donations.parse_token(campaign_keys.load(settings), token) == token
