"""`campaign letters sample`: what a letter becomes, to be read before anybody sends it."""

from __future__ import annotations

import json

import click

from campaign import clock, config, drafts
from campaign import letters as bank
from campaign.congress import Congress


@click.command("sample")
@click.argument("slug")
@click.option("-n", "count", type=click.IntRange(1), default=1, show_default=True, help="How many.")
@click.option("--seed", default="1", show_default=True, help="The same seed gives the same messages.")
@click.pass_obj
def sample_command(settings: config.Settings, slug: str, count: int, seed: str) -> None:
    """Print messages as they come when nobody adds a word of their own, one JSON object a line."""
    letters = bank.load(settings.letters_dir)
    roster = Congress.load(settings).roster
    on = clock.day(settings, config.EASTERN)
    for sample in drafts.samples(letters, letters.letter(slug), roster, count, seed, on):
        click.echo(json.dumps(sample.to_json(), ensure_ascii=False))
