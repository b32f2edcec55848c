"""`campaign report`: the figures as text, printed or mailed."""

from __future__ import annotations

from datetime import datetime

import click
from sqlalchemy.orm import Session

from campaign import clock, config, emails, keys, upkeep, weekly
from campaign import letters as bank
from campaign.cli import checking
from campaign.cli.opening import open_database
from campaign.delivery import outbox
from campaign.errors import Conflict, Malformed
from campaign.weekly import Week

MAIL = "report"
"""The kind of mail."""


@click.command("report")
@click.option("--week", is_flag=True, help="Of the last seven full days. This is what is meant without any option.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Instead, from this day on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="To this day. Default: yesterday.")
@click.option("--mail", "addresses", multiple=True, metavar="ADDRESS", help="Mail it there instead of printing it.")
@click.pass_obj
def report_command(
    settings: config.Settings, week: bool, since: datetime | None, until: datetime | None, addresses: tuple[str, ...]
) -> None:
    """The figures as text, printed or mailed."""
    letters, database = bank.load(settings.letters_dir), open_database(settings)
    today = clock.day(settings, letters.campaign.zone)
    span = _span(Week.before(today), since, until)
    if week and (since or until):
        raise Malformed("Say either --week, or --since and --until.")
    to = [emails.parse_email(address) for address in addresses]
    todo = [checking.sentence(finding) for finding in upkeep.undone(checking.look(settings))]
    with database.read() as session:
        labels = {code: kind.label for code, kind in letters.pledges.items()}
        text = weekly.report(session, letters.campaign.name, span, labels, todo)
    if not to:
        click.echo(text, nl=False)
        return
    secrets, subject = keys.load(settings), f"{letters.campaign.name}: {span}"

    def send(session: Session) -> None:
        for address in to:
            if not outbox.enqueue(session, secrets, MAIL, address, subject, text, now=clock.wall()):
                raise Conflict("Enough reports have been mailed to %(address)s for one day.", address=address)

    database.write(send)
    click.echo(f"On its way to {', '.join(to)}, once the worker runs.")


def _span(usual: Week, since: datetime | None, until: datetime | None) -> Week:
    """
    Raises:
        Malformed: the days are in the wrong order.
    """
    last = until.date() if until else usual.last
    first = since.date() if since else usual.first if not until else Week.before(last).first
    if first > last:
        raise Malformed("The first day is after the last one.")
    return Week(first, last)
