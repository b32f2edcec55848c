"""`campaign congress …`: who holds each seat, and which ZIP is where."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from campaign import clock, config
from campaign.congress import build, zipfiles
from campaign.congress.refresh import refresh
from campaign.congress.tables import TABLES


@click.group("congress")
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
        build.build(
            legislators,
            offices,
            committees,
            memberships,
            zips,
            out or TABLES,
            as_of=as_of.date() if as_of else build.saved_on(legislators),
            zips_as_of=zips_as_of.date() if zips_as_of else build.saved_on(zips),
        )
    )


@congress_group.command("refresh")
@click.pass_obj
def congress_refresh_command(settings: config.Settings) -> None:
    """Renew the list of members from the public files; a running site takes it over by itself."""
    click.echo(refresh(settings.roster_url, settings.data_dir, TABLES, clock.wall()))


@congress_group.command("zips")
@click.argument("file", type=_source_file)
@click.option("--as-of", type=_date, help="Date of the file (default: when it was saved).")
@click.pass_obj
def congress_zips_command(settings: config.Settings, file: Path, as_of: datetime | None) -> None:
    """Take over which ZIP is in which district of a Congress, from the Census Bureau's relationship file
    tab20_cd…_zcta520_natl.txt; a running site takes it over by itself."""
    click.echo(zipfiles.install(file, settings.data_dir, as_of.date() if as_of else build.saved_on(file)))
