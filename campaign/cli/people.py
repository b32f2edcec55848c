"""`campaign organizer …`, `campaign partner …`, `campaign erase`: who runs it, embeds it, wants to leave it."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from campaign import audit, clock, config, emails, erasing, keys, organizers, partners
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

    _print_partner(settings, open_database(settings).write(add))


@partner_group.command("origins")
@click.argument("code")
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN...")
@click.pass_obj
def partner_origins(settings: config.Settings, code: str, origins: tuple[str, ...]) -> None:
    """Put a partner's origins in the place of those it had. Its counts stay."""
    _print_partner(
        settings, open_database(settings).write(lambda session: partners.change_origins(session, code, list(origins)))
    )


@partner_group.command("email")
@click.argument("code")
@click.argument("email", metavar="ADDRESS")
@click.pass_obj
def partner_email(settings: config.Settings, code: str, email: str) -> None:
    """Mail a partner's list to this address from now on. Links that were mailed before end."""
    address = emails.parse_email(email)
    partner = open_database(settings).write(
        lambda session: partners.change_email(session, keys.load(settings), code, address)
    )
    click.echo(f"{partner.name} gets its list at {address}")


@partner_group.command("link")
@click.argument("code")
@click.pass_obj
def partner_link(settings: config.Settings, code: str) -> None:
    """Print a new link to a partner's own page. The one before ends."""
    token = open_database(settings).write(lambda session: partners.new_link(session, code))
    click.echo(f"{settings.public_url}/partner/{token}")
    click.echo("Whoever has it sees the partner's counts. The link before it has ended.", err=True)


@partner_group.command("pause")
@click.argument("code")
@click.pass_obj
def partner_pause(settings: config.Settings, code: str) -> None:
    """Let a partner frame nothing, and count nothing new for it. Its links still lead to the letters."""
    partner = open_database(settings).write(lambda session: partners.pause(session, code, now=clock.wall()))
    click.echo(f"{partner.name} is paused. What counted stays; “campaign partner resume {partner.code}” lets it go on.")


@partner_group.command("resume")
@click.argument("code")
@click.pass_obj
def partner_resume(settings: config.Settings, code: str) -> None:
    """Let a partner that was paused take part again."""
    _print_partner(settings, open_database(settings).write(lambda session: partners.resume(session, code)))


def _print_partner(settings: config.Settings, partner: partners.Partner) -> None:
    if partner.paused:
        click.echo(f"{partner.name} is paused, and frames nothing. Later it may again:")
    click.echo(f"{partner.name} may frame {settings.public_url}/embed/letters/…?p={partner.code}")
    for origin in partner.origins:
        click.echo(f"  from {origin}")
