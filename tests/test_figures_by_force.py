"""Every figure against a count by brute force: all rows in memory, and the definitions in `reports` said once more.

The campaigns are made up by chance and then changed by chance: pledges confirmed, withdrawn and deleted, letters
quarantined and released, things said and unsaid, gifts told, links forgotten, people erased.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import counting, erasing, funnel, gifts, publishing, reports, sources
from campaign.config import EASTERN
from campaign.database import Database
from campaign.funnel import Passage
from campaign.gifts import Gift as ToldGift
from campaign.keys import Keys
from campaign.models import Click, Delivery, Gift, Message, Pledge, Step, Supporter
from campaign.models.click import ASKERS
from campaign.models.delivery import SAID
from campaign.recounting import differences
from campaign.reports import Row
from tests.invented import fill
from tests.totals import bring_all

LAST = date(2026, 11, 24)
NOW = datetime.combine(LAST, datetime.min.time(), EASTERN) + timedelta(hours=12)
HEARD = ("sent", "printed", "called", "visited")


@dataclass
class Everything:
    """All rows of a campaign."""

    messages: list[Message]
    deliveries: dict[int, list[Delivery]]
    pledges: list[Pledge]
    clicks: list[Click]
    gifts: list[Gift]
    steps: list[Step]

    @classmethod
    def read(cls, database: Database) -> Everything:
        with database.read() as session:
            session.expire_on_commit = False
            deliveries: dict[int, list[Delivery]] = defaultdict(list)
            for delivery in session.scalars(select(Delivery)):
                deliveries[delivery.message_id].append(delivery)
            rest = [list(session.scalars(select(model))) for model in (Message, Pledge, Click, Gift, Step)]
            messages, pledges, clicks, told, steps = rest
            session.expunge_all()
        return cls(messages, deliveries, pledges, clicks, told, steps)  # type: ignore[arg-type]

    @property
    def letters(self) -> list[Message]:
        return [message for message in self.messages if message.quarantined_at is None]

    def row(self, key: Any, belongs: Callable[[Any], bool]) -> Row:
        """The figures of all that belongs to a key."""
        row = Row(key)
        for message in filter(belongs, self.messages):
            if message.quarantined_at:
                row.quarantined += 1
                continue
            row.letters += 1
            own = self.deliveries[message.id]
            for word in SAID:
                setattr(row, word, getattr(row, word) + sum(is_said(delivery, word) for delivery in own))
            row.reached += any(has_heard(delivery) for delivery in own)
        for pledge in filter(belongs, self.pledges):
            if pledge.withdrawn_at is None and pledge.quarantined_at is None:
                row.pledged[pledge.kind] = row.pledged.get(pledge.kind, 0) + 1
                if pledge.confirmed_at:
                    row.confirmed[pledge.kind] = row.confirmed.get(pledge.kind, 0) + 1
        clicks = {click.id: click for click in filter(belongs, self.clicks)}
        row.handovers = sum(click.by == "person" for click in clicks.values())
        for gift in self.gifts:
            if gift.click_id in clicks:
                row.gifts += 1
                row.cents += gift.cents
        return row

    def seat(self, seat: str) -> Row:
        row = Row(seat)
        for message in self.letters:
            for delivery in self.deliveries[message.id]:
                if delivery.seat == seat:
                    row.letters += 1
                    row.reached += has_heard(delivery)
                    for word in SAID:
                        setattr(row, word, getattr(row, word) + is_said(delivery, word))
        return row

    def keys(self, by: str) -> set[Any]:
        return {getattr(one, by) for rows in (self.messages, self.pledges, self.clicks) for one in rows}


def is_said(delivery: Delivery, word: str) -> bool:
    return getattr(delivery, f"{word}_at") is not None


def has_heard(delivery: Delivery) -> bool:
    return any(is_said(delivery, word) for word in HEARD)


def filled(rows: Iterable[Row]) -> dict[Any, Row]:
    """Rows by key, without those in which there is nothing."""
    return {row.key: row for row in rows if row != Row(row.key)}


def check(database: Database) -> None:
    """Hold every figure against the rows."""
    with database.read() as session:
        assert differences(session) == {}
    everything = Everything.read(database)
    with database.read() as session:
        assert reports.table(session) == [everything.row(None, lambda _: True)]
        for by in ("day", "state", "partner", "letter"):
            expected = [
                everything.row(key, lambda one, by=by, key=key: getattr(one, by) == key) for key in everything.keys(by)
            ]
            rows = reports.table(session, by)
            assert filled(rows) == filled(expected), by
            keys = [str(row.key or "") for row in rows]
            assert keys == sorted(keys, reverse=by == "day")
        check_links(session, everything)
        check_seats(session, everything)
        check_partners(session, everything)
        check_rest(session, everything)
        check_public(session, everything)


def check_links(session: Session, everything: Everything) -> None:
    expected, few = {}, Row(reports.FEW)
    for key in everything.keys("source"):
        row = everything.row(key, lambda one, key=key: one.source == key)
        if key is None or row.letters >= sources.CROWD:
            expected[key] = row
        else:
            few.add(row)
    assert filled(reports.table(session, "source")) == filled([*expected.values(), few])


def check_seats(session: Session, everything: Everything) -> None:
    seats = {delivery.seat for own in everything.deliveries.values() for delivery in own}
    assert filled(reports.table(session, "seat")) == filled(everything.seat(seat) for seat in seats)


def check_partners(session: Session, everything: Everything) -> None:
    for code in everything.keys("partner") - {None}:
        own = Everything(
            *([one for one in rows if one.partner == code] for rows in (everything.messages,)),
            everything.deliveries,
            [one for one in everything.pledges if one.partner == code],
            [one for one in everything.clicks if one.partner == code],
            everything.gifts,
            [],
        )
        assert reports.table(session, partner=code) == [own.row(None, lambda _: True)]
        expected = [own.row(day, lambda one, day=day: one.day == day) for day in own.keys("day")]
        assert filled(reports.table(session, "day", code)) == filled(expected)
        shares = [one.originality for one in own.letters if one.originality is not None]
        assert reports.originality(session, code) == (median_low(shares) if shares else None)


def check_rest(session: Session, everything: Everything) -> None:
    shares = [one.originality for one in everything.letters if one.originality is not None]
    assert reports.originality(session) == (median_low(shares) if shares else None)
    for today in (LAST, LAST - timedelta(days=9)):
        recent = reports.recent(session, today)
        for row, first, last in ((recent.today, 0, 0), (recent.week, 7, 1), (recent.before, 14, 8)):
            days = {today - timedelta(days=back) for back in range(last, first + 1)}
            expected = everything.row(row.key, lambda one, days=days: one.day in days)
            assert row == expected, (today, first)
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    for pledge in everything.pledges:
        stands = "confirmed" if pledge.confirmed_at else "waiting"
        fate = "withdrawn" if pledge.withdrawn_at else "quarantined" if pledge.quarantined_at else stands
        fates[pledge.kind][fate] += 1
    expected = {kind: reports.Pledged(**{name: n[name] for name in FATES}) for kind, n in fates.items()}
    assert reports.pledged(session) == dict(sorted(expected.items()))
    assert reports.askers(session) == {word: sum(one.by == word for one in everything.clicks) for word in ASKERS}
    apart = [gift for gift in everything.gifts if gift.click_id is None]
    unmatched = reports.unmatched(session)
    assert (unmatched.gifts, unmatched.cents) == (len(apart), sum(gift.cents for gift in apart))
    stages = Counter()
    for step in everything.steps:
        stages[step.step] += step.n
    stages["written"] = len(everything.letters)
    stages["reached"] = sum(any(map(has_heard, everything.deliveries[one.id])) for one in everything.letters)
    assert {stage.name: stage.n for stage in reports.funnel(session)} == stages


FATES = ("confirmed", "waiting", "withdrawn", "quarantined")


def check_public(session: Session, everything: Everything) -> None:
    """The totals anybody sees; which cells are withheld is `test_reports`'s matter."""
    stands = [one for one in everything.pledges if not one.withdrawn_at and not one.quarantined_at]
    confirmed = [one for one in stands if one.confirmed_at]
    persons = [one for one in everything.clicks if one.by == "person"]
    public = publishing.public_counts(session)
    assert (public.letters, public.pledges, public.handovers) == (len(everything.letters), len(confirmed), len(persons))
    assert public.pledges_by_kind == dict(Counter(one.kind for one in confirmed))
    states = Counter(one.state for one in everything.letters)
    assert public.by_state == publishing.withhold(dict(sorted(states.items())))
    codes = Counter(one.partner or "" for one in everything.letters)
    assert public.by_partner == publishing.withhold(dict(sorted(codes.items())))


class Changes:
    """Changes by chance, as people, organizers and the worker make them."""

    def __init__(self, database: Database, keys: Keys, seed: int) -> None:
        self.database, self.keys = database, keys
        self.chance = random.Random(seed)  # noqa: S311

    def make(self, many: int) -> None:
        every = (self.pledge, self.pledge, self.quarantine, self.say, self.say, self.measure, self.erase, self.delete)
        for _ in range(many):
            act = self.chance.choice((*every, self.give, self.forget, self.pass_by))
            self.database.write(act)
            if self.chance.random() < 0.2:  # the counter comes whenever it likes
                limit = self.chance.randint(1, 9)
                self.database.write(lambda session: counting.bring_forward(session, limit))  # noqa: B023

    def pick(self, session: Session, model: type[Any], many: int = 1) -> Iterator[Any]:
        ids = session.scalars(select(model.id).order_by(model.id)).all()
        for number in self.chance.sample(list(ids), min(many, len(ids))):
            yield session.get_one(model, number)

    def pledge(self, session: Session) -> None:
        for pledge in self.pick(session, Pledge, 3):
            name = self.chance.choice(("confirmed_at", "withdrawn_at", "quarantined_at"))
            setattr(pledge, name, self.chance.choice((None, NOW)))

    def quarantine(self, session: Session) -> None:
        for message in self.pick(session, Message, 4):
            message.quarantined_at = self.chance.choice((None, NOW))

    def say(self, session: Session) -> None:
        for delivery in self.pick(session, Delivery, 5):
            setattr(delivery, f"{self.chance.choice(SAID)}_at", self.chance.choice((None, NOW)))

    def measure(self, session: Session) -> None:
        for message in self.pick(session, Message, 3):
            message.originality = self.chance.choice((None, 0, 50, 100))

    def erase(self, session: Session) -> None:
        for supporter in self.pick(session, Supporter):
            erasing.erase(session, supporter.id)

    def delete(self, session: Session) -> None:
        for pledge in self.pick(session, Pledge):
            counting.delete_rows(session, "pledges", Pledge.id == pledge.id)

    def give(self, session: Session) -> None:
        taken = select(Gift.click_id).where(Gift.click_id.is_not(None))
        click = session.scalar(select(Click).where(Click.id.not_in(taken)).limit(1))
        reference = f"new-{self.chance.random()}"
        if click is not None and self.chance.random() < 0.7:
            about = {"click_id": click.id, "cents": 700, "currency": "USD", "day": LAST, "imported_at": NOW}
            session.add(Gift(reference=reference, **about))
        else:
            gifts.record_gifts(session, self.keys, [ToldGift(1, reference, 900, LAST)], NOW)

    def forget(self, session: Session) -> None:
        sources.forget_rare(session, NOW - timedelta(days=self.chance.randint(0, 30)) + sources.LIFE)

    def pass_by(self, session: Session) -> None:
        funnel.store(session, Counter({Passage(LAST, "letter", "", self.chance.choice(("looked_up", "read"))): 3}))


@pytest.mark.parametrize("seed", range(2))
def test_every_figure_is_what_a_count_by_hand_finds(database: Database, keys: Keys, seed: int) -> None:
    fill(database, keys, 200, seed=seed, last=LAST, days=18)
    check(database)
    changes = Changes(database, keys, seed)
    for _ in range(2):
        changes.make(50)
        bring_all(database)
        check(database)


def test_on_postgresql_as_well(postgresql_database: Database, keys: Keys) -> None:
    fill(postgresql_database, keys, 120, seed=9, last=LAST, days=18)
    Changes(postgresql_database, keys, 9).make(60)
    bring_all(postgresql_database)
    check(postgresql_database)
