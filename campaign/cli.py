"""`campaign …`: everything an operator does from the command line."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from campaign import clock, config, keys, logs, organizers, partners, serve, tasks
from campaign import letters as bank
from campaign.congress import build as congress_build
from campaign.congress import zipfiles
from campaign.congress.refresh import refresh
from campaign.database import Database
from campaign.errors import Problem
from campaign.migrations import upgrade


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


def _database(settings: config.Settings) -> Database:
    """The campaign's database, with its tables up to date."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    upgrade(database)
    return database


@cli.command("serve")
@click.pass_obj
def serve_command(settings: config.Settings) -> None:
    """Set everything up and serve the site, web server and worker together."""
    logs.configure()
    serve.check_port(settings)
    bank.LetterBank(settings.letters_dir)  # wrong letters are said here, once, and not by a child that never starts
    keys.load(settings)
    _database(settings).close()
    for warning in bank.check(settings.letters_dir, clock.day(settings, config.EASTERN)):
        click.echo(str(warning), err=True)
    click.echo(f"Lifeline is on {settings.public_url} (Ctrl-C stops it)")
    serve.serve(settings)


@cli.command("worker")
@click.pass_obj
def worker_command(settings: config.Settings) -> None:
    """Run the background work alone."""
    logs.configure()
    tasks.work(_database(settings), tasks.roster_task(settings))


@cli.command("migrate")
@click.pass_obj
def migrate_command(settings: config.Settings) -> None:
    """Bring the database's tables up to date. `serve` does so by itself."""
    _database(settings).close()


@cli.group("letters")
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


@cli.group("congress")
def congress_group() -> None:
    """Who holds each seat, and which ZIP is where."""


_source_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_date = click.DateTime(["%Y-%m-%d"])


@congress_group.command("build")
@click.option("--legislators", type=_source_file, required=True, help="legislators-current.json")
@click.option("--offices", type=_source_file, required=True, help="legislators-district-offices.json")
@click.option("--committees", type=_source_file, required=True, help="committees-current.json")
@click.option("--memberships", type=_source_file, required=True, help="committee-membership-current.json")
@click.option("--zips", type=_source_file, required=True, help="ZIP areas and districts, CSV")
@click.option("--as-of", type=_date, help="Date of the members' files (default: when the file was saved).")
@click.option("--zips-as-of", type=_date, help="Date of the ZIP file (default: when the file was saved).")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the tables go.")
def congress_build_command(
    legislators: Path,
    offices: Path,
    committees: Path,
    memberships: Path,
    zips: Path,
    as_of: datetime | None,
    zips_as_of: datetime | None,
    out: Path | None,
) -> None:
    """Write the project's own tables of facts from public files."""
    click.echo(
        congress_build.build(
            legislators,
            offices,
            committees,
            memberships,
            zips,
            out or congress_build.TABLES,
            as_of=as_of.date() if as_of else congress_build.saved_on(legislators),
            zips_as_of=zips_as_of.date() if zips_as_of else congress_build.saved_on(zips),
        )
    )


@congress_group.command("refresh")
@click.pass_obj
def congress_refresh_command(settings: config.Settings) -> None:
    """Renew the list of members from the public files; a running site takes it over by itself."""
    click.echo(refresh(settings.roster_url, settings.data_dir, congress_build.TABLES, clock.wall()))


@congress_group.command("zips")
@click.argument("file", type=_source_file)
@click.option("--as-of", type=_date, help="Date of the file (default: when it was saved).")
@click.pass_obj
def congress_zips_command(settings: config.Settings, file: Path, as_of: datetime | None) -> None:
    """Take over which ZIP is in which district of a Congress, from the Census Bureau's relationship file
    tab20_cd…_zcta520_natl.txt; a running site takes it over by itself."""
    click.echo(zipfiles.install(file, settings.data_dir, as_of.date() if as_of else congress_build.saved_on(file)))


@cli.group("organizer")
def organizer_group() -> None:
    """Who runs the campaign."""


@organizer_group.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(organizers.ROLES), help="Default: admin for the first, then organizer.")
@click.pass_obj
def organizer_add(settings: config.Settings, email: str, role: str | None) -> None:
    """Make an account and print its one-time sign-in link."""
    secret = _database(settings).write(
        lambda session: organizers.add(session, keys.load(settings), email, role=role, now=clock.wall())
    )
    _print_link(settings, secret)


@organizer_group.command("reset")
@click.argument("email")
@click.pass_obj
def organizer_reset(settings: config.Settings, email: str) -> None:
    """Sign an organizer out everywhere and print a new sign-in link."""
    secret = _database(settings).write(
        lambda session: organizers.reset(session, keys.load(settings), email, now=clock.wall())
    )
    _print_link(settings, secret)


def _print_link(settings: config.Settings, secret: str) -> None:
    click.echo(f"{settings.public_url}/organize/sign-in/{secret}")
    click.echo("It works once, within 24 hours.", err=True)


@cli.group("partner")
def partner_group() -> None:
    """Organizations that embed the form."""


@partner_group.command("add")
@click.argument("code")
@click.argument("name")
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN...")
@click.pass_obj
def partner_add(settings: config.Settings, code: str, name: str, origins: tuple[str, ...]) -> None:
    """Let a partner's origins (https://host[:port]) frame the form, counted under its code."""
    partner = _database(settings).write(
        lambda session: partners.add(session, code, name, list(origins), now=clock.wall())
    )
    _print_partner(settings, partner)


@partner_group.command("origins")
@click.argument("code")
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN...")
@click.pass_obj
def partner_origins(settings: config.Settings, code: str, origins: tuple[str, ...]) -> None:
    """Put a partner's origins in the place of those it had. Its counts stay."""
    _print_partner(
        settings, _database(settings).write(lambda session: partners.change_origins(session, code, list(origins)))
    )


def _print_partner(settings: config.Settings, partner: partners.Partner) -> None:
    click.echo(f"{partner.name} may frame {settings.public_url}/embed/letters/…?p={partner.code}")
    for origin in partner.origins:
        click.echo(f"  from {origin}")


if __name__ == "__main__":
    main()
