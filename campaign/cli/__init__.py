"""`campaign …`: everything an operator does from the command line."""

from __future__ import annotations

import sys

import click

from campaign import config
from campaign.cli.lazy import Later, LazyGroup
from campaign.errors import Problem

COMMANDS = (
    Later("serve", "serving:serve_command", "Set everything up and serve the site."),
    Later("worker", "working:worker_command", "Run the background work alone."),
    Later("migrate", "opening:migrate_command", "Bring the database's tables up to date."),
    Later("letters", "letters:letters_group", "The letter bank."),
    Later("congress", "congress:congress_group", "Who holds each seat, and which ZIP is where."),
    Later("donations", "donations:donations_group", "What came of the hand-overs to donation pages."),
    Later("organizer", "people:organizer_group", "Who runs the campaign."),
    Later("partner", "partners:partner_group", "Organizations that embed the form."),
    Later("check", "checking:check_command", "What needs doing."),
    Later("report", "reporting:report_command", "The figures as text, printed or mailed."),
    Later("demo", "demo:demo_command", "A made-up campaign to look at, and its end."),
    Later("erase", "people:erase_command", "Forget a supporter who asks for it."),
    Later("backup", "keeping:backup_command", "Write the whole database into one file."),
    Later("restore", "keeping:restore_command", "Put a backup in the database's place."),
    Later("move", "transferring:move_command", "Carry everything into an empty PostgreSQL database."),
    Later("keys", "keeping:keys_group", "The keys that encrypt what is kept about people."),
)


def main() -> None:
    """Run the command line; what an operator has to mend is one line on standard error and exit status 1."""
    try:
        cli()
    except Problem as problem:
        sentence = problem.message
    except OSError as error:
        sentence = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    except Exception as error:
        from sqlalchemy.exc import DBAPIError  # takes long to load, and is there already if this is one of it

        if not isinstance(error, DBAPIError):
            raise
        sentence = f"The database cannot be used: {error.orig}"
    else:
        return
    click.echo(f"campaign: {' '.join(sentence.split())}", err=True)
    sys.exit(1)


@click.group(cls=LazyGroup, commands=COMMANDS)
@click.pass_context
def cli(context: click.Context) -> None:
    """Lifeline: letters to Congress in the supporters' own words."""
    context.obj = config.load()
