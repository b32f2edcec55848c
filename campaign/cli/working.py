"""`campaign worker`: the background work, which `campaign serve` starts by itself."""

from __future__ import annotations

import click

from campaign import config, keys, logs, tasks
from campaign.cli.opening import open_database


@click.command("worker")
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
