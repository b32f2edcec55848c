"""`campaign serve`: the whole site with one command."""

from __future__ import annotations

import click

from campaign import alarms, clock, config, keys, logs, occupancy, serve
from campaign import letters as bank
from campaign.cli.opening import open_database


@click.command("serve")
@click.pass_obj
def serve_command(settings: config.Settings) -> None:
    """Set everything up and serve the site, web server and worker together."""
    logs.configure()
    alarms.configure(settings)
    serve.check_port(settings)
    bank.load(settings.letters_dir)  # wrong letters are said here, once, and not by a child that never starts
    keys.load(settings)
    open_database(settings).close()
    for warning in bank.check(settings.letters_dir, clock.day(settings, config.EASTERN)):
        click.echo(str(warning), err=True)
    click.echo(f"Lifeline is on {settings.public_url} (Ctrl-C stops it)")
    with occupancy.share(settings.data_dir):  # also while a child that has ended is not back yet
        serve.serve(settings)
