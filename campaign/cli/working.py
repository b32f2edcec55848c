"""`campaign worker`: the background work, which `campaign serve` starts by itself."""

from __future__ import annotations

import click

from campaign import alarms, config, keys, logs, tasks, worker
from campaign.cli.opening import open_database


@click.command("worker")
@click.pass_obj
def worker_command(settings: config.Settings) -> None:
    """Run the background work alone."""
    logs.configure()
    alarms.configure(settings)
    secrets = keys.load(settings)
    more = (
        tasks.roster_task(settings),
        tasks.mail_task(settings, secrets),
        tasks.compare_task(settings),
        tasks.measure_task(settings, secrets),
        tasks.purge_files_task(settings),
        tasks.purge_people_task(settings),
    )
    worker.work(open_database(settings), *more)
