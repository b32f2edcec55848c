"""`campaign letters …`: the letter bank."""

from __future__ import annotations

import json
import sys

import click

from campaign import clock, config, drafts
from campaign import letters as bank
from campaign.congress import Congress


@click.group("letters")
def letters_group() -> None:
    """The letter bank."""


@letters_group.command("check")
@click.pass_obj
def letters_check(settings: config.Settings) -> None:
    """Check all letters and facts; every finding names its file and line."""
    findings = bank.check(settings.letters_dir, clock.day(settings, config.EASTERN))
    for finding in findings:
        click.echo(str(finding))
    errors = sum(finding.level == "error" for finding in findings)
    click.echo(f"Errors: {errors}. Warnings: {len(findings) - errors}.")
    if errors:
        sys.exit(1)


@letters_group.command("sample")
@click.argument("slug")
@click.option("-n", "count", type=click.IntRange(1), default=1, show_default=True, help="How many.")
@click.option("--seed", default="1", show_default=True, help="The same seed gives the same messages.")
@click.pass_obj
def letters_sample(settings: config.Settings, slug: str, count: int, seed: str) -> None:
    """Print messages as they come when nobody adds a word of their own, one JSON object a line."""
    letters = bank.load(settings.letters_dir)
    roster = Congress.load(settings).roster
    on = clock.day(settings, config.EASTERN)
    for sample in drafts.samples(letters, letters.letter(slug), roster, count, seed, on):
        click.echo(json.dumps(sample.to_json(), ensure_ascii=False))
