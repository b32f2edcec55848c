"""`campaign letters …`: the letter bank."""

from __future__ import annotations

import sys

import click

from campaign import clock, config
from campaign import letters as bank
from campaign.cli.lazy import Later, LazyGroup

COMMANDS = (
    Later("pack", "packing:pack_command", "Make PDFs to bring to an office."),
    Later("sample", "sampling:sample_command", "Print messages as they come when nobody adds a word of their own."),
)


@click.group("letters", cls=LazyGroup, commands=COMMANDS)
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
