"""The report of a week: the figures of the dashboard as text that a mail program does not break."""

from __future__ import annotations

import re
from datetime import date

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from campaign import reports, weekly
from campaign.cli import cli
from campaign.config import Settings
from campaign.database import Database
from campaign.errors import Conflict, Malformed
from campaign.keys import Keys
from campaign.models import Mail
from campaign.weekly import Week
from tests.invented import fill

pytestmark = pytest.mark.sqlite  # it runs commands within the test, which end with connections open

TODAY = date(2026, 11, 24)


@pytest.fixture
def world(database: Database, keys: Keys) -> Database:
    fill(database, keys, 400, last=TODAY, days=18)
    return database


def run(settings: Settings, *options: str) -> Result:
    environ = {"CAMPAIGN_DATA_DIR": str(settings.data_dir), "CAMPAIGN_TODAY": "2026-11-24"}
    return CliRunner().invoke(cli, ["report", *options], env=environ)


def numbers(text: str, label: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(label))
    return re.findall(r"[\d,.]+", line.removeprefix(label))


def test_it_holds_the_figures_of_the_dashboard(world: Database, settings: Settings) -> None:
    text = run(settings, "--week").output
    assert text.startswith("Lifeline: Nov 17 – Nov 23, 2026\n")
    with world.read() as session:
        recent, (total,) = reports.recent(session, TODAY), reports.table(session)
    for figure, label in weekly.LABELS.items():
        expected = [getattr(row, figure) for row in (recent.week, recent.before, total)]
        assert numbers(text, label) == [f"{n:,}" for n in expected], label
    assert "Worker" not in text
    assert "- The worker has never been seen" in text


def test_no_line_is_longer_than_a_mail_program_shows(world: Database, settings: Settings) -> None:
    lines = run(settings).output.splitlines()
    assert max(len(line) for line in lines) <= weekly.WIDTH
    assert len(lines) > 50


def test_other_days_are_other_figures(world: Database, settings: Settings) -> None:
    text = run(settings, "--since", "2026-11-20", "--until", "2026-11-21").output
    assert text.startswith("Lifeline: Nov 20 – Nov 21, 2026\n")
    with world.read() as session:
        days = [reports.span(session, date(2026, 11, first), date(2026, 11, first + 1)).letters for first in (20, 18)]
    assert numbers(text, "Letters written")[:2] == [str(n) for n in days]
    for wrong in (("--since", "2026-11-24", "--until", "2026-11-20"), ("--week", "--since", "2026-11-01")):
        assert isinstance(run(settings, *wrong).exception, Malformed)


def test_an_empty_campaign_has_a_report_too(database: Database, settings: Settings) -> None:
    text = run(settings).output
    assert numbers(text, "Letters written") == ["0", "0", "0"]
    assert "By partner" not in text


def test_it_is_mailed_a_few_times_a_day(world: Database, settings: Settings) -> None:
    for _ in range(3):
        result = run(settings, "--week", "--mail", "press@example.org")
        assert (result.exit_code, "On its way to press@example.org" in result.output) == (0, True)
    assert isinstance(run(settings, "--mail", "press@example.org").exception, Conflict)
    assert isinstance(run(settings, "--mail", "nobody").exception, Malformed)
    with world.read() as session:
        assert len(session.scalars(select(Mail.id).where(Mail.kind == "report")).all()) == 3


def test_a_week_is_the_seven_full_days_before() -> None:
    week = Week.before(TODAY)
    assert (week.first, week.last) == (date(2026, 11, 17), date(2026, 11, 23))
    assert (week.earlier.first, week.earlier.last) == (date(2026, 11, 10), date(2026, 11, 16))
