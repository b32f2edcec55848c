from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from campaign.congress.seats import DISTRICTS
from campaign.congress.tables import TABLES
from campaign.congress.terms import Terms, congress_at, is_forming
from campaign.errors import Misconfigured
from tests.census import TERMS

ROW = """
[[congress]]
number = 120
since = 2027-01-03T12:00:00-05:00
until = 2029-01-03T12:00:00-05:00
vintage = "Vintage"
layer = "Layer"
same_map = ["ME"]
"""


@pytest.mark.parametrize(
    ("moment", "congress"),
    [
        ("2025-01-03T12:00-05:00", 119),
        ("2026-11-24T12:00-05:00", 119),
        ("2027-01-03T11:59-05:00", 119),
        ("2027-01-03T16:59+00:00", 119),
        ("2027-01-03T12:00-05:00", 120),
        ("2027-01-03T17:00+00:00", 120),
        ("2028-01-03T11:00-05:00", 120),
        ("2029-01-03T11:59-05:00", 120),
    ],
)
def test_a_congress_ends_at_noon_eastern(moment: str, congress: int) -> None:
    now = datetime.fromisoformat(moment)
    term = TERMS.at(now)
    assert term
    assert (term.number, congress_at(now)) == (congress, congress)


@pytest.mark.parametrize(
    ("day", "forming"),
    [("2027-01-02", False), ("2027-01-03", True), ("2027-02-28", True), ("2027-03-01", False), ("2028-01-20", False)],
)
def test_a_new_congress_takes_weeks_to_appoint_its_committees(day: str, forming: bool) -> None:
    assert is_forming(date.fromisoformat(day)) is forming


def test_the_terms_follow_each_other_without_a_gap() -> None:
    assert all(one.until == other.since for one, other in pairwise(TERMS.rows))


def test_states_that_keep_their_map_are_states_with_districts() -> None:
    assert all(DISTRICTS[state] > 1 for term in TERMS.rows for state in term.same_map)


def own(folder: Path, text: str) -> Terms:
    """The terms where the operator has a table of their own."""
    (folder / "congress").mkdir(exist_ok=True)
    (folder / "congress" / "terms.toml").write_text(text, encoding="utf-8")
    return Terms.load(folder, TABLES)


def test_an_operators_own_table_takes_the_place_of_the_projects(tmp_path: Path) -> None:
    terms = own(tmp_path, ROW)
    assert [(row.number, row.vintage, row.same_map) for row in terms.rows] == [(120, "Vintage", {"ME"})]
    assert terms.at(datetime.fromisoformat("2026-11-24T12:00-05:00")) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[congress]", "Cannot read"),
        ("", "congress"),
        (ROW.replace('layer = "Layer"', ""), "layer"),
        (ROW.replace("vintage", "vintages"), "vintage"),
        (ROW.replace("-05:00", ""), "120: say the zone"),
        (ROW.replace("120", "119"), "119: it does not sit"),
        (ROW.replace("2029", "2026"), "120: it does not sit"),
        (ROW.replace("2029-01-03T12:00:00", "2029-01-03T12:00:02"), "120: it does not sit"),
        (ROW + ROW, "stands there twice"),
    ],
)
def test_a_table_that_cannot_be_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        own(tmp_path, text)
    assert "terms.toml" in caught.value.message
    assert said in caught.value.message
