"""What needs doing: everything that whoever runs the campaign ought to know, in words, the most urgent first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from campaign import beats, counting, demonstration
from campaign.config import Settings
from campaign.congress import STALE_DAYS, Roster
from campaign.letters import Bank, check
from campaign.models import Batch, Mail, Message, Organizer
from campaign.models.batch import OPEN
from campaign.origins import is_loopback

URGENCIES = ("now", "soon", "fine")
"""Something is broken or about to be; somebody ought to look at it; all is well."""

WORKER_GONE = timedelta(minutes=3)
MAIL_LATE = timedelta(minutes=15)
BATCH_LATE = timedelta(minutes=30)
BACKUP_SOON, BACKUP_NOW = timedelta(days=7), timedelta(days=30)
END_NEAR = timedelta(days=14)
MAILS_OF = timedelta(days=7)
"""Of how long mails that were given up are told."""

DISK_SOON, DISK_NOW = 2 * 1024**3, 256 * 1024**2
"""Bytes that are free where the campaign keeps its state."""

BEHIND = 5_000
"""Rows that the totals lack, from which on the counter is behind; it takes some seconds for so many."""

FAILED_MOST = 100
"""So far mails that were given up are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that needs doing, or is well."""

    urgency: str
    """One of `URGENCIES`."""
    about: str
    """What it is about: `letters`, `congress`, `mail`, `worker`, `counting`, `backup`, `disk`, `accounts`, `site`."""
    sentence: str
    """A msgid, with its values beside it."""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """The time, and what is known without the database."""

    settings: Settings
    bank: Bank
    roster: Roster
    now: datetime
    today: date


def findings(session: Session, of: Situation) -> list[Finding]:
    """Everything there is to say, the most urgent first."""
    looks = (_site, _worker, _mail, _counting, _backup, _disk, _accounts, _congress, _letters)
    found = [finding for look in looks for finding in look(session, of)]
    return sorted(found, key=lambda finding: URGENCIES.index(finding.urgency))


def undone(found: list[Finding]) -> list[Finding]:
    """Those of them that need doing."""
    return [finding for finding in found if finding.urgency != "fine"]


def _site(session: Session, of: Situation) -> Iterator[Finding]:
    address = urlsplit(of.settings.public_url)
    host = address.hostname or ""
    at_home = host == "localhost" or is_loopback(host)
    if address.scheme != "https" and not at_home:
        said = "The site is reached without encryption, at %(url)s. Set CAMPAIGN_PUBLIC_URL to an https address."
        yield Finding("now", "site", said, {"url": of.settings.public_url})
    if of.settings.today:
        said = "CAMPAIGN_TODAY sets the calendar to %(day)s: what is written now counts to that day."
        yield Finding("soon", "site", said, {"day": of.today})
    if demonstration.is_there(session):
        said = "This is a demonstration. Before real people come: campaign demo --remove"
        yield Finding("soon", "site", said)
    if of.bank.campaign.ends:
        left = of.bank.campaign.ends - of.today
        if left < timedelta():
            yield Finding("soon", "site", "The campaign’s last day was %(day)s.", {"day": of.bank.campaign.ends})
        elif left <= END_NEAR:
            yield Finding("soon", "site", "The campaign’s last day is %(day)s.", {"day": of.bank.campaign.ends})


def _worker(session: Session, of: Situation) -> Iterator[Finding]:
    seen = beats.last(session, beats.WORKER)
    if seen is None:
        said = "The worker has never been seen: no mail leaves, and nothing is counted. Start “campaign serve”."
        yield Finding("now", "worker", said)
    elif of.now - seen > WORKER_GONE:
        said = "The worker was last seen %(when)s ago. No mail leaves, nothing is counted: start “campaign serve” anew."
        yield Finding("now", "worker", said, {"when": of.now - seen})
    else:
        yield Finding("fine", "worker", "The worker is at work.")
    late = select(func.count()).where(text(OPEN), Batch.created_at <= of.now - BATCH_LATE)
    if session.scalar(late):
        said = "A batch for the quarantine was begun more than %(when)s ago, and is not at its end."
        yield Finding("soon", "worker", said, {"when": BATCH_LATE})


def _mail(session: Session, of: Situation) -> Iterator[Finding]:
    if of.settings.mail_url is None:
        yield Finding("soon", "mail", "Mail is not set up: it is written to files in var/mail. Set CAMPAIGN_MAIL_URL.")
    waiting = (Mail.sent_at.is_(None), Mail.failed_at.is_(None), Mail.due_at <= of.now - MAIL_LATE)
    oldest = session.scalar(select(func.min(Mail.due_at)).where(*waiting))
    if oldest:
        yield Finding("now", "mail", "A mail has waited to be sent for %(when)s.", {"when": of.now - oldest})
    recent = select(Mail.id).where(Mail.failed_at.is_not(None)).order_by(Mail.id.desc()).limit(FAILED_MOST).subquery()
    failed = select(func.count()).where(Mail.id == recent.c.id, Mail.failed_at > of.now - MAILS_OF)
    if n := session.scalar(failed):
        said = "%(n)s mails were given up in the last seven days. The list of them says why."
        yield Finding("soon", "mail", said, {"n": f"{n} or more" if n == FAILED_MOST else n})
    if not oldest and not n and of.settings.mail_url:
        yield Finding("fine", "mail", "Mail leaves, and none waits.")


def _counting(session: Session, _of: Situation) -> Iterator[Finding]:
    n = counting.backlog(session, BEHIND)
    if n == BEHIND:
        yield Finding("soon", "counting", "The counter is behind: the figures lack %(n)s rows or more.", {"n": n})
    else:
        yield Finding("fine", "counting", "The figures hold everything that is stored, or will within seconds.")


def _backup(session: Session, of: Situation) -> Iterator[Finding]:
    if not of.settings.database_url.startswith("sqlite"):
        return  # other databases have backups of their own, of which nothing is known here
    last = beats.last(session, beats.BACKUP)
    first = session.scalar(select(Message.created_at).order_by(Message.id).limit(1))
    age = of.now - last if last else of.now - first if first else timedelta()
    if age <= BACKUP_SOON:
        if last:
            yield Finding("fine", "backup", "The last backup is %(when)s old.", {"when": age})
        return
    urgency = "now" if age > BACKUP_NOW else "soon"
    if last:
        yield Finding(
            urgency, "backup", "The last backup is %(when)s old. Make one: campaign backup FILE", {"when": age}
        )
    else:
        yield Finding(urgency, "backup", "There has never been a backup. Make one: campaign backup FILE")


def _disk(_session: Session, of: Situation) -> Iterator[Finding]:
    free = shutil.disk_usage(of.settings.data_dir).free
    if free < DISK_SOON:
        urgency = "now" if free < DISK_NOW else "soon"
        said = "The disk is nearly full: %(n)s MB are left where the campaign keeps its state."
        yield Finding(urgency, "disk", said, {"n": free // 1024**2})


def _accounts(session: Session, of: Situation) -> Iterator[Finding]:
    host = urlsplit(of.settings.public_url).hostname or ""
    bare = select(func.count()).where(Organizer.role == "admin", Organizer.sealed_factor.is_(None))
    n = session.scalar(bare)
    if n and not (host == "localhost" or is_loopback(host)):
        yield Finding("soon", "accounts", "%(n)s admins have no second factor yet.", {"n": n})


def _congress(_session: Session, of: Situation) -> Iterator[Finding]:
    as_of = of.roster.as_of
    if (of.today - as_of).days > STALE_DAYS:
        said = "The list of members of Congress is of %(day)s; some may have changed since: campaign congress refresh"
        yield Finding("soon", "congress", said, {"day": as_of})
    else:
        yield Finding("fine", "congress", "The list of members of Congress is of %(day)s.", {"day": as_of})


def _letters(_session: Session, of: Situation) -> Iterator[Finding]:
    found = check(of.settings.letters_dir, of.today)
    for one in found:
        place = f"{one.file.parent.name}/{one.file.name}:{one.line}"
        urgency = "now" if one.level == "error" else "soon"
        yield Finding(urgency, "letters", "%(place)s: %(text)s", {"place": place, "text": one.text})
    if not found:
        yield Finding("fine", "letters", "The letters and their figures are in order.")
