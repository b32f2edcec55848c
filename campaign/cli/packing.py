"""`campaign letters pack`: letters on paper, to be brought to an office."""

from __future__ import annotations

import sys
from datetime import datetime
from itertools import chain
from pathlib import Path

import click

from campaign import clock, config, drafts, keys
from campaign import letters as bank
from campaign.addresses import Address
from campaign.cli.opening import open_database
from campaign.congress import Congress
from campaign.delivery import packs, pdf
from campaign.errors import NotFound


@click.command("pack")
@click.option("--office", "seat", required=True, help="Its seat: CA-12, WY-AL, CA-S1.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day of letters to take.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Where the PDFs go.")
@click.pass_obj
def pack_command(settings: config.Settings, seat: str, since: datetime, out: Path) -> None:
    """Make PDFs to bring to an office: a cover sheet, and every letter whose writer agreed to it."""
    letters, secrets, database = bank.load(settings.letters_dir), keys.load(settings), open_database(settings)
    today = clock.day(settings, letters.campaign.zone)
    office = Congress.load(settings).office(seat, today)
    if office.vacant:
        raise NotFound("Nobody holds this seat now.")
    to = (f"{office.title} {office.name}", *office.in_washington)
    wanted = packs.Wanted(seat, office.bioguide or "", since.date(), clock.wall())
    with database.read() as session:
        count = packs.count(session, wanted)
        if not count:
            raise NotFound("There is no letter to this office whose writer agreed that it is brought there.")
        cover = packs.Cover.empty()
        for letter in packs.brought(session, secrets, wanted):
            home = Address(letter.street, letter.town, letter.state, letter.zip)
            cover.add(letter, drafts.own_paragraphs(letter.body, home, letters, drafts.addressee(office, 0)))
        if cover.quotes:
            click.echo("Read what the cover quotes before you bring it: it may name other people.", err=True)
        title = f"Letters to {office.title} {office.name}"
        out.mkdir(parents=True, exist_ok=True)
        with click.progressbar(
            packs.brought(session, secrets, wanted), length=count, label=title, file=sys.stderr
        ) as going:
            sheets = chain([cover.sheet(today, to, title)], (packs.sheet(letter, to) for letter in going))
            for number, volume in enumerate(pdf.volumes(sheets, title), start=1):
                path = out / f"letters-{seat}-{number}.pdf"
                path.write_bytes(volume)
                click.echo(str(path))
