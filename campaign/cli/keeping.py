"""`campaign backup`, `campaign restore` and `campaign keys …`: what must not be lost, and what opens it."""

from __future__ import annotations

import time
from pathlib import Path

import click

from campaign import backup, beats, clock, config, keys, occupancy, restoring, sealed
from campaign.cli.opening import open_database
from campaign.errors import Conflict, Misconfigured
from campaign.rereading import LOOK_SECONDS

_file = click.Path(dir_okay=False, path_type=Path)

ROUNDS = 5
"""Walks over all texts until none is left that an older key seals; the first leaves only what was on its way."""


@click.command("backup")
@click.argument("file", type=_file)
@click.option("--force", is_flag=True, help="Take the place of a file that is there.")
@click.pass_obj
def backup_command(settings: config.Settings, file: Path, force: bool) -> None:
    """Write the whole database into one file, also while the site is running. The keys are not in it."""
    counts = backup.make(settings, file, clock.wall(), force=force)
    open_database(settings).write(lambda session: beats.note(session, beats.BACKUP, clock.wall()))
    click.echo(f"{file} holds {_told(counts)}.")
    click.echo("Without the keys nobody can use it: keep a copy of them apart from it.", err=True)


@click.command("restore")
@click.argument("file", type=_file)
@click.option("--force", is_flag=True, help="Set the database in use aside, if it holds anything.")
@click.pass_obj
def restore_command(settings: config.Settings, file: Path, force: bool) -> None:
    """Put a backup in the database's place, while the site is stopped."""
    counts, aside = restoring.restore(settings, file, clock.wall(), force=force)
    click.echo(f"The database holds {_told(counts)}.")
    if aside:
        click.echo(f"The one that was in use is {aside}.")


def _told(counts: dict[str, int]) -> str:
    *first, last = (f"{count:,} {name}" for name, count in counts.items())
    return f"{', '.join(first)} and {last}"


@click.group("keys")
def keys_group() -> None:
    """The keys that encrypt what is kept about people."""


@keys_group.command("rotate")
@click.option("--drop-old", is_flag=True, help="Instead, forget the older keys, while the site is stopped.")
@click.pass_obj
def keys_rotate(settings: config.Settings, drop_old: bool) -> None:
    """Make a new key and seal with it all that is stored, also while the site is running."""
    if drop_old:
        _drop(settings)
        return
    database = open_database(settings)
    secrets = keys.load(settings)
    if settings.email_keys:
        click.echo("The keys come from CAMPAIGN_EMAIL_KEYS: its first seals, and no new one is made.", err=True)
    else:
        keys.add_email_key(settings)
        secrets.ring.reread()
        click.echo(f"A new key is in {keys.email_file(settings)}: copy it to where you keep the keys.")
        time.sleep(2 * LOOK_SECONDS)  # until a running site seals with it, too
    done = 0
    for _ in range(ROUNDS):
        found = sealed.renew(database, secrets)
        done += found.older
        if not found.older:
            break
    click.echo(f"{done:,} texts are sealed anew. The newest key seals {found.newest:,} of {found.texts:,}.")
    _tell_closed(found)


def _drop(settings: config.Settings) -> None:
    # Alone: a process that still seals with an older key would do so between the walk and the drop.
    with occupancy.alone(settings.data_dir):
        database = open_database(settings, hold=False)
        found = sealed.look(database, secrets := keys.load(settings))
        database.close()
        if found.older:
            raise Conflict(f"Older keys seal {found.older} texts. Run `campaign keys rotate` first.")
        if settings.email_keys and len(secrets.ring.current().marks) > 1:
            raise Misconfigured("Nothing is sealed with the older keys: take them out of CAMPAIGN_EMAIL_KEYS.")
        dropped = 0 if settings.email_keys else keys.drop_email_keys(settings)
    click.echo(f"Older keys dropped: {dropped}. Backups from before the rotation need them: keep a copy as long.")
    _tell_closed(found)


def _tell_closed(found: sealed.Found) -> None:
    if found.closed:
        click.echo(f"{found.closed:,} texts are opened by no key at hand, and are as they were.", err=True)
