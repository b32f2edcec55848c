"""A pledge counts once a link in a mail has confirmed it; at most three such mails a day go to one mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from campaign import clock, confirming, consents, pledges, purges, supporters
from campaign.confirming import LINK_LIFE, REMIND_AFTER, Waiting, Waits
from campaign.database import Database
from campaign.delivery import outbox
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import ConfirmLink, Mail, Pledge, Supporter
from campaign.pledges import Occasion

EMAIL = "ana@example.org"
CONTACT = (consents.CONTACT, "")
MINUTE = timedelta(minutes=1)


class Campaign:
    """What somebody does, and when."""

    def __init__(self, database: Database, keys: Keys, now: datetime) -> None:
        self.database, self.keys, self.now = database, keys, now
        self.tokens: list[str] = []

    def pledge(
        self, *kinds: str, email: str = EMAIL, may_contact: bool = False, after: timedelta = timedelta()
    ) -> None:
        now = self.now + after

        def write(token: str, kinds: Sequence[str], reminder: bool) -> tuple[str, str]:
            self.tokens += [] if reminder else [token]
            return "Reminder" if reminder else "Confirm", f"{', '.join(kinds)}: {token}"

        def store(session: supporters.Session) -> None:
            who = supporters.find_or_add(session, self.keys, email, may_contact=may_contact, now=now)
            pledges.make(session, pledges.Person(who), kinds, Occasion("ME", now.date(), now))
            confirming.ask(session, self.keys, email, write, now=now)

        self.database.write(store)

    def confirm(
        self, *kinds: str, token: str | None = None, may_contact: bool = False, after: timedelta = MINUTE
    ) -> int:
        now, link = self.now + after, self.tokens[-1] if token is None else token
        with self.database.read() as session:
            rows = session.execute(select(Pledge.id, Pledge.state).where(Pledge.kind.in_(kinds))).all()
        marks = [f"{row.id}-{row.state}" for row in rows]
        return self.database.write(
            lambda session: confirming.confirm(session, link, marks, {CONTACT: may_contact}, now=now)
        )

    def waiting(self, token: str | None = None, after: timedelta = MINUTE) -> Waiting:
        with self.database.read() as session:
            return confirming.waiting(session, token or self.tokens[-1], self.now + after)

    def forget(self, after: timedelta) -> int:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(clock, "wall", lambda: self.now + after)
            return purges.purge_unconfirmed(self.database)

    def mails(self, kind: str = confirming.MAIL) -> list[Mail]:
        with self.database.read() as session:
            return list(session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))

    def confirmed(self) -> dict[str, bool]:
        with self.database.read() as session:
            return {row.kind: row.confirmed_at is not None for row in session.scalars(select(Pledge))}


@pytest.fixture
def campaign(database: Database, keys: Keys, now: datetime) -> Campaign:
    return Campaign(database, keys, now)


def test_whoever_reads_the_mail_confirms_what_they_saw(campaign: Campaign) -> None:
    campaign.pledge("call", "visit")
    assert campaign.waiting() == Waiting((Waits(1, "call", "ME", False), Waits(2, "visit", "ME", False)), (), {})
    assert campaign.confirm("call", "visit") == 2
    assert campaign.waiting() == Waiting((), ("call", "visit"), {})
    assert campaign.confirmed() == {"call": True, "visit": True}


def test_what_was_added_behind_the_readers_back_goes_on_waiting(campaign: Campaign) -> None:
    campaign.pledge("call")
    seen = [one.kind for one in campaign.waiting().pledges]
    campaign.pledge("give")
    assert campaign.confirm(*seen) == 1
    assert campaign.confirmed() == {"call": True, "give": False}


@pytest.mark.parametrize(("typed", "said"), [(True, True), (True, False), (False, True), (False, False)])
def test_whoever_confirms_says_whether_they_may_be_written_to(campaign: Campaign, typed: bool, said: bool) -> None:
    campaign.pledge("call", may_contact=typed)
    assert campaign.waiting().asked == ({CONTACT: False} if typed else {})
    campaign.confirm("call", may_contact=said)
    with campaign.database.read() as session:
        found = consents.of(session, 1)
    asked = campaign.now if typed else campaign.now + MINUTE
    since = campaign.now + MINUTE if said else None
    told = [(one.asked_at, one.given_at, one.withdrawn_at) for one in found]
    assert told == ([(asked, since, None)] if typed or said else [])


def test_a_stranger_gives_nobodys_consent_before_or_after_it_was_refused(campaign: Campaign) -> None:
    campaign.pledge("call", may_contact=True)
    campaign.confirm("call", may_contact=False)
    campaign.pledge("call", "visit", may_contact=True, after=timedelta(hours=1))
    with campaign.database.read() as session:
        assert [one.holds for one in consents.of(session, 1)] == [False]
        assert session.scalars(select(Supporter.id).where(consents.holds(*CONTACT))).all() == []
    assert campaign.waiting(after=timedelta(hours=2)).asked == {CONTACT: False}


def test_a_second_one_of_a_kind_is_told_apart_and_not_confirmed_with_the_first(campaign: Campaign) -> None:
    def pledge(name: str) -> None:
        person = pledges.Person.of(campaign.keys, 1, name, "04101")
        occasion = Occasion("ME", campaign.now.date(), campaign.now)
        campaign.database.write(lambda session: pledges.make(session, person, ["call"], occasion))

    campaign.pledge("visit")
    pledge("Ana Reyes")
    pledge("Ben Reyes")
    first, second = [one for one in campaign.waiting().pledges if one.kind == "call"]
    assert (first.second, second.second, first.mark != second.mark) == (False, True, True)
    now, token = campaign.now + MINUTE, campaign.tokens[-1]
    assert campaign.database.write(lambda session: confirming.confirm(session, token, [first.mark], {}, now=now)) == 1
    (left,) = [one for one in campaign.waiting().pledges if one.kind == "call"]
    assert left == second, "it is still the second, once the first is confirmed"


def test_what_was_made_anew_for_another_state_meanwhile_goes_on_waiting(campaign: Campaign) -> None:
    campaign.pledge("call")
    marks = [one.mark for one in campaign.waiting().pledges]
    elsewhere = Occasion("NY", campaign.now.date(), campaign.now)
    campaign.database.write(lambda session: pledges.make(session, pledges.Person(1), ["call"], elsewhere))
    now, token = campaign.now + MINUTE, campaign.tokens[-1]
    assert campaign.database.write(lambda session: confirming.confirm(session, token, marks, {}, now=now)) == 0
    assert campaign.confirm("call") == 1


def test_to_confirm_twice_is_to_confirm_once(campaign: Campaign) -> None:
    campaign.pledge("call")
    assert campaign.confirm("call") == 1
    with campaign.database.read() as session:
        before = session.scalars(select(Pledge.confirmed_at)).one()
    assert campaign.confirm("call", after=2 * MINUTE) == 0
    with campaign.database.read() as session:
        assert session.scalars(select(Pledge.confirmed_at)).one() == before


def test_every_link_of_the_last_two_weeks_works_and_none_after(campaign: Campaign) -> None:
    campaign.pledge("call")
    campaign.pledge("visit", after=timedelta(days=2))
    first, second = campaign.tokens
    assert campaign.waiting(first, after=timedelta(days=3)).pledges[0].kind == "call"
    over = LINK_LIFE + MINUTE
    with pytest.raises(NotFound, match="does not work any more"):
        campaign.waiting(first, after=over)
    with pytest.raises(NotFound):
        campaign.confirm("visit", token=first, after=over)
    assert campaign.confirm("call", "visit", token=second, after=over) == 1, "the first is too old by then"


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "' OR 1=1 --", "\ud800"])
def test_what_is_no_link_confirms_nothing(campaign: Campaign, token: str) -> None:
    campaign.pledge("call")
    with pytest.raises(NotFound):
        campaign.database.write(
            lambda session: confirming.confirm(session, token, ["1-ME"], {CONTACT: True}, now=campaign.now)
        )
    assert campaign.confirmed() == {"call": False}


def test_who_has_withdrawn_everything_is_not_reminded_of_it(campaign: Campaign) -> None:
    campaign.pledge("call", "visit")

    def withdraw(pledge: int) -> None:
        now = campaign.now + MINUTE
        campaign.database.write(lambda session: confirming.withdraw(session, 1, pledge, now=now))

    withdraw(1)
    assert len(campaign.mails(confirming.REMINDER)) == 1, "a visit still waits"
    withdraw(2)
    assert campaign.mails(confirming.REMINDER) == []
    assert len(campaign.mails()) == 1, "what has been mailed stays known"
    with pytest.raises(NotFound):
        withdraw(2)


def test_a_link_confirms_for_its_own_mailbox_alone(campaign: Campaign) -> None:
    campaign.pledge("call", email="ben@example.org")
    campaign.pledge("call")
    assert campaign.confirm("call") == 1
    with campaign.database.read() as session:
        hashes = session.scalars(
            select(Supporter.email_hash).join(Pledge).where(Pledge.confirmed_at.is_not(None))
        ).all()
    assert hashes == [campaign.keys.fingerprint("email", EMAIL)]


def test_the_link_is_kept_as_a_hash_alone(campaign: Campaign) -> None:
    campaign.pledge("call")
    with campaign.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM confirm_links").all()
    assert len(rows) == 1
    assert campaign.tokens[0] not in repr(rows)
    assert len(campaign.tokens[0]) == 32


def test_a_mailbox_gets_three_mails_a_day_whoever_asks_and_however_it_is_spelled(campaign: Campaign) -> None:
    spellings = ["ana@gmail.com", "a.na@gmail.com", "ana+1@gmail.com", "an.a@googlemail.com", "ANA@gmail.com"]
    for number, email in enumerate(spellings):
        campaign.pledge(f"kind-{number}", email=email, after=number * timedelta(hours=1))
    assert len(campaign.mails()) == 3
    assert len(campaign.mails(confirming.REMINDER)) == 1
    assert len(campaign.confirmed()) == 5, "nothing is lost by it"
    kinds = [one.kind for one in campaign.waiting(campaign.tokens[0], after=timedelta(hours=5)).pledges]
    assert kinds == [f"kind-{n}" for n in range(5)]
    campaign.pledge("later", email="ana@gmail.com", after=timedelta(days=1, minutes=1))
    assert len(campaign.mails()) == 4


def test_a_form_sent_twice_mails_once_and_a_later_wish_once_more(campaign: Campaign) -> None:
    campaign.pledge("call")
    campaign.pledge("call", after=MINUTE)
    assert len(campaign.mails()) == 1
    campaign.pledge("call", "visit", after=2 * MINUTE)
    assert len(campaign.mails()) == 2
    campaign.pledge("call", after=timedelta(hours=1))
    assert len(campaign.mails()) == 3


def test_who_has_confirmed_everything_gets_no_more_mail(campaign: Campaign) -> None:
    campaign.pledge("call")
    campaign.confirm("call")
    campaign.pledge("call", after=timedelta(days=2))
    assert len(campaign.mails()) == 1


def test_one_reminder_leaves_after_three_days_unless_somebody_has_confirmed(campaign: Campaign) -> None:
    campaign.pledge("call")
    (reminder,) = campaign.mails(confirming.REMINDER)
    assert reminder.due_at == campaign.now + REMIND_AFTER

    def claimed(after: timedelta) -> list[str]:
        return [
            one.kind
            for one in campaign.database.write(lambda session: outbox.claim(session, campaign.now + after, limit=9))
        ]

    assert claimed(MINUTE) == ["confirm"]
    campaign.pledge("visit", after=timedelta(hours=1))
    assert len(campaign.mails(confirming.REMINDER)) == 1
    campaign.confirm("call", "visit")
    assert campaign.mails(confirming.REMINDER) == []
    campaign.pledge("call", email="ben@example.org")
    assert "reminder" not in claimed(REMIND_AFTER - MINUTE)
    assert claimed(REMIND_AFTER + timedelta(hours=1)).count("reminder") == 1


def test_a_reminder_that_a_worker_has_in_hand_is_left_to_it(campaign: Campaign) -> None:
    campaign.pledge("call")
    campaign.database.write(lambda session: outbox.claim(session, campaign.now + REMIND_AFTER))
    campaign.confirm("call")
    assert len(campaign.mails(confirming.REMINDER)) == 1


def test_what_is_not_confirmed_in_two_weeks_is_forgotten_with_its_maker(campaign: Campaign) -> None:
    campaign.pledge("call", "visit")
    campaign.confirm("call")
    campaign.pledge("give", email="ben@example.org")
    assert campaign.forget(LINK_LIFE - MINUTE) == 0
    assert campaign.forget(LINK_LIFE) == 2
    assert campaign.confirmed() == {"call": True}
    with campaign.database.read() as session:
        assert session.scalars(select(Supporter.email_hash)).all() == [campaign.keys.fingerprint("email", EMAIL)]
        assert session.scalars(select(ConfirmLink)).all() == []


def test_what_was_withdrawn_is_not_confirmed_and_can_be_pledged_anew(campaign: Campaign) -> None:
    campaign.pledge("call", "visit")
    with campaign.database.read() as session:
        call = session.scalars(select(Pledge).where(Pledge.kind == "call")).one()
    campaign.database.write(lambda session: pledges.withdraw(session, call.supporter_id, call.id, now=campaign.now))
    assert campaign.waiting() == Waiting((Waits(2, "visit", "ME", False),), (), {})
    assert campaign.confirm("call", "visit") == 1
    campaign.pledge("call", after=timedelta(days=1))
    assert campaign.waiting(after=timedelta(days=1)) == Waiting((Waits(1, "call", "ME", False),), ("visit",), {})
    assert campaign.confirm("call", after=timedelta(days=1)) == 1
