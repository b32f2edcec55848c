"""The charts' geometry, and whether what stands on their colors can be read."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta

import pytest

from campaign.addresses import STATES
from campaign.colors import Color, contrast
from campaign.config import ROOT
from campaign.web import charts

TODAY = date(2026, 11, 24)


def test_a_columns_height_is_its_value_and_days_without_one_have_their_place() -> None:
    chart = charts.by_time({TODAY - timedelta(days=3): 8, TODAY - timedelta(days=1): 2}, TODAY)
    assert chart is not None
    assert [(column.first, column.value) for column in chart.columns] == [
        (TODAY - timedelta(days=back), n) for back, n in ((3, 8), (2, 0), (1, 2), (0, 0))
    ]
    eight, _none, two, _today = chart.columns
    assert eight.height == pytest.approx(4 * two.height, abs=0.1)
    assert {column.y + column.height for column in chart.columns} == {chart.floor}
    assert [n for _y, n in chart.lines] == [0, 2, 4, 6, 8]
    assert {n: y for y, n in chart.lines}[8] == eight.y
    places = [(column.x, column.x + column.width) for column in chart.columns]
    assert all(end <= begin for (_x, end), (begin, _y) in itertools.pairwise(places))


@pytest.mark.parametrize("length", [1, 2, charts.DAYS_MOST, charts.DAYS_MOST + 1, 400, 4000])
def test_every_day_is_in_one_column_and_none_leaves_the_drawing(length: int) -> None:
    values = {TODAY - timedelta(days=back): back % 9 + 1 for back in range(length)}
    chart = charts.by_time(values, TODAY)
    assert chart is not None
    assert sum(column.value for column in chart.columns) == sum(values.values())
    assert chart.weekly == (length > charts.DAYS_MOST)
    assert all(chart.gutter <= column.x <= column.x + column.width <= chart.width for column in chart.columns)
    assert all(0 <= column.y <= chart.floor for column in chart.columns)
    assert 1 <= len(chart.days) <= 6


def test_where_nothing_is_counted_there_is_no_chart() -> None:
    assert charts.by_time({}, TODAY) is None
    assert charts.by_time({TODAY: 0}, TODAY) is None


@pytest.mark.parametrize(("most", "apart"), [(1, 1), (4, 1), (5, 2), (9, 5), (41, 20), (100, 50), (1_234_567, 500_000)])
def test_the_lines_across_stand_at_round_numbers(most: int, apart: int) -> None:
    assert charts.step(most) == apart


def test_every_state_and_territory_has_one_place_of_its_own() -> None:
    found = charts.tile_map({})
    assert sorted(tile.state for tile in found.tiles) == sorted(STATES)
    assert len({(tile.x, tile.y) for tile in found.tiles}) == len(STATES)
    assert {tile.shade for tile in found.tiles} == {0}
    assert found.steps == []


@pytest.mark.parametrize("most", [1, 2, 3, 4, 17, 1000, 9_999_999])
def test_a_shade_begins_where_the_legend_says(most: int) -> None:
    found = charts.tile_map({"ME": most})
    for number, first in enumerate(reversed(found.steps)):
        assert charts.shade(first, most) == charts.SHADES - number
        assert first == 1 or charts.shade(first - 1, most) == charts.SHADES - number - 1
    assert charts.shade(0, most) == 0


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "0"),
        (950, "950"),
        (999, "999"),
        (1000, "1k"),
        (1234, "1.2k"),
        (9999, "10k"),
        (34_567, "35k"),
        (2_100_000, "2.1M"),
    ],
)
def test_a_number_in_a_small_square_is_short(n: int, said: str) -> None:
    assert charts.short(n) == said


def test_what_stands_on_a_shade_can_be_read_in_light_and_dark() -> None:
    css = (ROOT / "static" / "room.css").read_text()
    light, dark = css.split("@media screen and (prefers-color-scheme: dark)", 1)
    for sheet in (light, dark):
        for shade in range(1, charts.SHADES + 1):
            fill = re.search(rf"\.shade-{shade} rect {{ fill: (#\w+)", sheet)
            text = re.search(rf"\.shade-{shade} text[^{{]*{{ fill: (#\w+)", sheet)
            assert fill is not None
            assert text is not None
            assert contrast(Color.parse(fill[1]), Color.parse(text[1])) >= 4.5, (shade, fill[1], text[1])
