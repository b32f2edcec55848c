"""`campaign …`: everything an operator does from the command line."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import DBAPIError

from campaign import clock, config, keys, logs, occupancy, serve, tasks
from campaign import letters as bank
from campaign.cli import congress, donations, keeping, letters, people
from campaign.cli.opening import open_database
from campaign.errors import Problem


def main() -> None:
    """Run the command line; what an operator has to mend is one line on standard error and exit status 1."""
    try:
        cli()
    except Problem as problem:
        sentence = problem.message
    except DBAPIError as error:
        sentence = f"The database cannot be used: {error.orig}"
    except OSError as error:
        sentence = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    else:
        return
    click.echo(f"campaign: {' '.join(sentence.split())}", err=True)
    sys.exit(1)


@click.group()
@click.pass_context
def cli(context: click.Context) -> None:
    """Lifeline: letters to Congress in the supporters' own words."""
    context.obj = config.load()


@cli.command("serve")
@click.pass_obj
def serve_command(settings: config.Settings) -> None:
    """Set everything up and serve the site, web server and worker together."""
    logs.configure()
    serve.check_port(settings)
    bank.load(settings.letters_dir)  # wrong letters are said here, once, and not by a child that never starts
    keys.load(settings)
    open_database(settings).close()
    for warning in bank.check(settings.letters_dir, clock.day(settings, config.EASTERN)):
        click.echo(str(warning), err=True)
    click.echo(f"Lifeline is on {settings.public_url} (Ctrl-C stops it)")
    with occupancy.share(settings.data_dir):  # also while a child that has ended is not back yet
        serve.serve(settings)


@cli.command("worker")
@click.pass_obj
def worker_command(settings: config.Settings) -> None:
    """Run the background work alone."""
    logs.configure()
    more = (
        tasks.roster_task(settings),
        tasks.mail_task(settings, keys.load(settings)),
        tasks.compare_task(settings),
        tasks.purge_files_task(settings),
        tasks.purge_people_task(settings),
    )

    tasks.work(open_database(settings), *more)


@cli.command("migrate")
@click.pass_obj
def migrate_command(settings: config.Settings) -> None:
    """Bring the database's tables up to date. `serve` does so by itself."""
    open_database(settings).close()


for command in (
    letters.letters_group,
    congress.congress_group,
    donations.donations_group,
    people.organizer_group,
    people.partner_group,
    people.erase_command,
    keeping.backup_command,
    keeping.restore_command,
    keeping.keys_group,
):
    cli.add_command(command)
