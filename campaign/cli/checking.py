"""`campaign check`: what needs doing, for a terminal or a timer."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import click
from babel.dates import format_timedelta

from campaign import clock, config, upkeep
from campaign import letters as bank
from campaign.cli.opening import open_database
from campaign.congress.standing import standing_roster
from campaign.congress.tables import TABLES
from campaign.upkeep import Finding, Situation


def look(settings: config.Settings) -> list[Finding]:
    """Everything there is to say now."""
    letters = bank.load(settings.letters_dir)
    roster = standing_roster(settings.data_dir, TABLES).current()
    today = clock.day(settings, letters.campaign.zone)
    with open_database(settings).read() as session:
        return upkeep.findings(session, Situation(settings, letters, roster, clock.wall(), today))


def sentence(finding: Finding) -> str:
    """A finding as one line."""
    return finding.sentence % {name: _told(value) for name, value in finding.values.items()}


def _told(value: Any) -> Any:
    return format_timedelta(value, locale="en") if isinstance(value, timedelta) else value


@click.command("check")
@click.option("--all", "everything", is_flag=True, help="Say what is well, too.")
@click.pass_obj
def check_command(settings: config.Settings, everything: bool) -> None:
    """What needs doing. Ends with 1 where something is needed now."""
    found = look(settings)
    for finding in found if everything else upkeep.undone(found):
        click.echo(f"{finding.urgency:4}  {sentence(finding)}")
    if any(finding.urgency == "now" for finding in found):
        sys.exit(1)
