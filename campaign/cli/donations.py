"""`campaign donations …`: what came of the hand-overs."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from campaign import clock, config, gifts, keys
from campaign import letters as bank
from campaign.cli.opening import open_database


@click.group("donations")
def donations_group() -> None:
    """What came of the hand-overs to donation pages."""


@donations_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def donations_import(settings: config.Settings, file: Path) -> None:
    """Mark hand-overs as given, from a CSV file with the columns id, amount (in dollars) and date.

    The same file twice changes nothing. Exit status 1 when a row is bad or contradicts what is stored.
    """
    secrets, database = keys.load(settings), open_database(settings)
    today = clock.day(settings, bank.load(settings.letters_dir).campaign.zone)
    told, bad = gifts.read_file(file.read_bytes(), today)
    outcome = gifts.Outcome(notes=bad)
    for start in range(0, len(told), gifts.BATCH):
        part = partial(gifts.record_gifts, keys=secrets, gifts=told[start : start + gifts.BATCH], now=clock.wall())
        outcome.add(database.write(part))
    for note in outcome.notes:
        click.echo(f"{file}:{note.row}: {note.kind}: {note.text}")
    counts = outcome.counts()
    click.echo(" ".join(f"{name.capitalize()}: {count}." for name, count in counts.items()))
    if counts["bad"] or counts["conflicts"]:
        sys.exit(1)
