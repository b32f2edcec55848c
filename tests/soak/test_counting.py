"""The counter ends at the exact number whatever the order of things. The naive one does not, so the orders are hard."""

from __future__ import annotations

import pytest

from campaign.database import Database
from tests.soak.schedules import Schedule

SEEDS = range(8)


def test_every_schedule_ends_at_the_exact_number_and_the_naive_counter_seldom_does(any_database: Database) -> None:
    outcomes = [Schedule(any_database, seed).run() for seed in SEEDS]
    assert [seed for seed, outcome in zip(SEEDS, outcomes, strict=True) if not outcome.holds] == []
    wrong = [outcome for outcome in outcomes if outcome.naive != outcome.exact]
    assert len(wrong) > len(SEEDS) / 3
    assert sum(sum(outcome.exact.values()) for outcome in outcomes) > 10 * len(SEEDS)


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_is_out_of_order_the_naive_counter_is_right_too(any_database: Database, seed: int) -> None:
    outcome = Schedule(any_database, seed, calm=True).run()
    assert outcome.holds
    assert outcome.naive == outcome.exact
