"""`campaign move`: from one machine's SQLite file to PostgreSQL."""

from __future__ import annotations

import click

from campaign import config, transfer


@click.command("move")
@click.option("--to", "url", required=True, metavar="URL", help="postgresql://user:password@host/database")
@click.pass_obj
def move_command(settings: config.Settings, url: str) -> None:
    """Carry everything into an empty PostgreSQL database, while the site is stopped."""
    moved = transfer.move(settings, url)
    for one in moved:
        if one.rows:
            click.echo(f"{one.table:<24}{one.rows:>12,}  {one.digest[:16]}")
    click.echo(f"All {sum(one.rows for one in moved):,} rows have arrived, and are the same there.")
    click.echo("Now set CAMPAIGN_DATABASE_URL to that address, and start the site. The keys stay in DATA_DIR/keys.")
