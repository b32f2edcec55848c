"""`campaign demo`: a made-up campaign to look at, and its end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import click

from campaign import clock, config, demonstration, inventing, keys
from campaign import letters as bank
from campaign.addresses import Address
from campaign.cli.opening import open_database
from campaign.congress import Roster
from campaign.congress.standing import standing_roster
from campaign.congress.tables import TABLES
from campaign.database import Database
from campaign.drafts import addressee
from campaign.inventing import Invented, Setting
from campaign.keys import Keys
from campaign.letters import Bank, Wish, assemble
from campaign.letters.bank import Letter

TEXTS_MOST = 2000
"""Letters whose text is made as well: those that the campaign may bring to the offices, the newest."""

WORDS = (
    "This letter is made up, and so is everybody in it. A real one would tell here what its writer has seen: who came, "
    "how they live now, and what their town would lose without them."
)


@click.command("demo")
@click.option("--supporters", type=click.IntRange(1, 10_000_000), default=10_000, show_default=True, help="How many.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same campaign.")
@click.option("--days", type=click.IntRange(1, 3650), default=60, show_default=True, help="How long it has lasted.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Its last day. Default: today.")
@click.option("--remove", is_flag=True, help="Remove it instead; what real people wrote stays.")
@click.pass_obj
def demo_command(
    settings: config.Settings, supporters: int, seed: int, days: int, until: datetime | None, remove: bool
) -> None:
    """A made-up campaign to look at, and its end. Every page says that it is one."""
    database = open_database(settings)
    if remove:
        _remove(database)
        return
    letters, secrets = bank.load(settings.letters_dir), keys.load(settings)
    roster = standing_roster(settings.data_dir, TABLES).current()
    last = until.date() if until else clock.day(settings, letters.campaign.zone)
    setting = _setting(letters, roster, last, days)
    database.write(lambda session: demonstration.begin(session, seed, supporters, clock.wall()))
    people = inventing.invent(seed, setting, supporters)
    texts = _Texts(letters, roster, secrets, last, supporters)
    with click.progressbar(length=supporters, label="Making up supporters") as bar:
        for part in _in_parts(people, demonstration.STEP):
            sealed = [texts.of(one) for one in part]
            store = partial(demonstration.store, keys=secrets, people=part, texts=sealed, now=clock.wall())
            database.write(store)
            bar.update(len(part))
    click.echo("This is a demonstration now, and every page says so. “campaign demo --remove” ends it.")


def _remove(database: Database) -> None:
    with database.read() as session:
        letters = demonstration.left(session)
    with click.progressbar(length=letters, label="Removing what was made up") as bar:
        while database.write(demonstration.remove_some):
            with database.read() as session:
                bar.update(max(0, letters - demonstration.left(session) - bar.pos))
    click.echo("The demonstration is removed.")


def _setting(letters: Bank, roster: Roster, last: date, days: int) -> Setting:
    return Setting(
        letters=[letter.slug for letter in letters.shown("live")],
        kinds=list(letters.pledges),
        destinations=list(letters.destinations),
        holders={seat: office.bioguide for seat, office in roster.offices.items() if office.bioguide},
        zone=letters.campaign.zone,
        last=last,
        days=days,
        so_far=_so_far(last, letters.campaign.zone),
    )


def _so_far(last: date, zone: ZoneInfo) -> float:
    """How much of a day is over; of one that is past, all."""
    now = clock.wall().astimezone(zone)
    return (now.hour + now.minute / 60) / 24 if now.date() == last else 1.0


def _in_parts(people: Iterable[Invented], size: int) -> Iterator[list[Invented]]:
    rest = iter(people)
    while part := list(islice(rest, size)):
        yield part


class _Texts:
    """The texts of the newest letters that may be brought to the offices, sealed."""

    def __init__(self, letters: Bank, roster: Roster, secrets: Keys, last: date, supporters: int) -> None:
        self._letters, self._roster, self._secrets, self._last = letters, roster, secrets, last
        self._passed, self._from = 0, supporters - TEXTS_MOST * 5

    def of(self, one: Invented) -> bytes | None:
        """The text of this one, if it is to be kept."""
        self._passed += 1
        if not one.message["may_print"] or self._passed < self._from:
            return None
        seats = [delivery["seat"] for delivery in one.deliveries]
        towns = [place.city for seat in seats for place in self._roster.office(seat, self._last).local_offices]
        letter: Letter = self._letters.letter(one.message["letter"])
        reason = letter.file.reasons[self._passed % len(letter.file.reasons)].code
        town = towns[self._passed % len(towns)] if towns else "Anytown"
        address = Address(f"{self._passed % 900 + 1} Example Street", town, one.message["state"], "00000")
        roles = sorted(self._letters.roles)
        wish = Wish(roles[self._passed % len(roles)], (reason,), WORDS, "Sample Supporter", address)
        texts = {}
        for place, seat in enumerate(seats):
            office = self._roster.office(seat, self._last)
            draft = assemble(self._letters, letter, addressee(office, place), wish, one.message["form_id"])
            texts[seat] = {"subject": draft.subject, "body": draft.body}
        kept: dict[str, Any] = {"congress": 0, "point": None, "name": wish.name, "address": address.lines}
        return self._secrets.seal(json.dumps({**kept, "texts": texts, "pledged": []}))
