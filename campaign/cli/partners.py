"""`campaign partner …`: organizations that embed the form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from campaign import audit, clock, config, emails, keys, partners
from campaign.cli.opening import open_database

T = TypeVar("T")


@click.group("partner")
def partner_group() -> None:
    """Organizations that embed the form."""


@partner_group.command("add")
@click.argument("code")
@click.argument("name")
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN...")
@click.option("--email", help="Where its list of those who agreed to it is mailed.")
@click.pass_obj
def partner_add(settings: config.Settings, code: str, name: str, origins: tuple[str, ...], email: str | None) -> None:
    """Let a partner's origins (https://host[:port]) frame the form, counted under its code."""
    address = emails.parse_email(email) if email else None

    def add(session: Session) -> partners.Partner:
        partner = partners.add(session, code, name, list(origins), now=clock.wall())
        if address:
            partners.change_email(session, keys.load(settings), code, address)
        return partner

    _print_partner(settings, _do(settings, "partner_added", code, add))


@partner_group.command("origins")
@click.argument("code")
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN...")
@click.pass_obj
def partner_origins(settings: config.Settings, code: str, origins: tuple[str, ...]) -> None:
    """Put a partner's origins in the place of those it had. Its counts stay."""
    change = partial(partners.change_origins, code=code, origins=list(origins))
    _print_partner(settings, _do(settings, "partner_changed", code, change))


@partner_group.command("email")
@click.argument("code")
@click.argument("email", metavar="ADDRESS")
@click.pass_obj
def partner_email(settings: config.Settings, code: str, email: str) -> None:
    """Mail a partner's list to this address from now on. Links that were mailed before end."""
    address = emails.parse_email(email)
    secrets = keys.load(settings)
    change = partial(partners.change_email, keys=secrets, code=code, email=address)
    partner = _do(settings, "partner_email", code, change)
    click.echo(f"{partner.name} gets its list at {address}")


@partner_group.command("link")
@click.argument("code")
@click.pass_obj
def partner_link(settings: config.Settings, code: str) -> None:
    """Print a new link to a partner's own page. The one before ends."""
    token = _do(settings, "partner_link", code, partial(partners.new_link, code=code))
    click.echo(f"{settings.public_url}/partner/{token}")
    click.echo("Whoever has it sees the partner's counts. The link before it has ended.", err=True)


@partner_group.command("pause")
@click.argument("code")
@click.pass_obj
def partner_pause(settings: config.Settings, code: str) -> None:
    """Let a partner frame nothing, and count nothing new for it. Its links still lead to the letters."""
    partner = _do(settings, "partner_paused", code, partial(partners.pause, code=code, now=clock.wall()))
    click.echo(f"{partner.name} is paused. What counted stays; “campaign partner resume {partner.code}” lets it go on.")


@partner_group.command("resume")
@click.argument("code")
@click.pass_obj
def partner_resume(settings: config.Settings, code: str) -> None:
    """Let a partner that was paused take part again."""
    _print_partner(settings, _do(settings, "partner_resumed", code, partial(partners.resume, code=code)))


def _do(settings: config.Settings, action: str, code: str, act: Callable[[Session], T]) -> T:
    """Do something to a partner, and note it in the log."""

    def noted(session: Session) -> T:
        done = act(session)
        audit.note(session, "", action, code, now=clock.wall())
        return done

    return open_database(settings).write(noted)


def _print_partner(settings: config.Settings, partner: partners.Partner) -> None:
    if partner.paused:
        click.echo(f"{partner.name} is paused, and frames nothing. Later it may again:")
    click.echo(f"{partner.name} may frame {settings.public_url}/embed/letters/…?p={partner.code}")
    for origin in partner.origins:
        click.echo(f"  from {origin}")
