"""`campaign organizer …`, `campaign partner …`, `campaign erase`: who runs it, embeds it, wants to leave it."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from campaign import audit, clock, config, emails, erasing, keys, organizers
from campaign.cli.opening import open_database


@click.group("organizer")
def organizer_group() -> None:
    """Who runs the campaign."""


@organizer_group.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(organizers.ROLES), help="Default: admin for the first, then organizer.")
@click.pass_obj
def organizer_add(settings: config.Settings, email: str, role: str | None) -> None:
    """Make an account and print its one-time sign-in link."""
    secrets = keys.load(settings)
    secret = open_database(settings).write(
        lambda session: _noted(session, email, organizers.add(session, secrets, email, role=role, now=clock.wall()))
    )
    _print_link(settings, secret)


@organizer_group.command("reset")
@click.argument("email")
@click.pass_obj
def organizer_reset(settings: config.Settings, email: str) -> None:
    """Sign an organizer out everywhere, forget their password and second factor, and print a new sign-in link."""
    secrets = keys.load(settings)
    secret = open_database(settings).write(
        lambda session: _noted(session, email, organizers.reset(session, secrets, email, now=clock.wall()))
    )
    _print_link(settings, secret)


def _noted(session: Session, email: str, secret: str) -> str:
    """Note in the log that a link was made here."""
    audit.note(session, "", "link_made", emails.parse_email(email).casefold(), now=clock.wall())
    return secret


def _print_link(settings: config.Settings, secret: str) -> None:
    click.echo(f"{settings.public_url}/organize/sign-in/{secret}")
    click.echo("It works once, within 24 hours.", err=True)


@click.command("erase")
@click.argument("email")
@click.pass_obj
def erase_command(settings: config.Settings, email: str) -> None:
    """Forget a supporter who asks for it: address, letters and pledges go at once. Counts remain."""
    address = emails.parse_email(email)
    open_database(settings).write(lambda session: erasing.erase_address(session, keys.load(settings), address))
    click.echo("Erased. What counted still counts, and leads to nobody.")
