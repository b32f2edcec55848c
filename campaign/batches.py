"""Many messages and pledges at once into quarantine, and out of it: by whom and why is kept for good.

An organizer says by a filter which ones; the worker goes through them in steps, each a short transaction that also
says how far it came. So nobody waits for it, and what is killed in between goes on where it was. Rows stay; the
counter sees that they differ, and moves the totals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import Session

from campaign.database import changed
from campaign.errors import Malformed
from campaign.models import Batch, Message, Pledge
from campaign.models.batch import ACTIONS, OPEN
from campaign.screening import SIGNS, SIGNS_LIFE

STEP = 2000
"""Rows that one transaction changes at most: some hundredths of a second, in which nobody else writes."""

REASON_MAX = 300

NOUNS: dict[str, type[Any]] = {"messages": Message, "pledges": Pledge}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages and pledges are meant: those that fit all that is set."""

    noun: str = ""
    """`messages` or `pledges`; empty: both."""
    network_hash: str = ""
    domain: str = ""
    """The domain as it was typed, for whoever reads the entry; its hash finds the rows."""
    domain_hash: str = ""
    words_hash: str = ""
    partner: str = ""
    since: str = ""
    """First moment, in ISO 8601 with its offset."""
    until: str = ""
    """The moment before which they came, in the same form."""
    quarantined_for: str = ""
    """A code of `screening.FLAGS`, or `batch-12`."""

    def conditions(self, model: type[Any], action: str) -> list[ColumnElement[bool]]:
        """What holds of the rows on which an action has something to do."""
        found = [model.quarantined_at.is_(None) if action == "invalidate" else model.quarantined_at.is_not(None)]
        for name in ("network_hash", "domain_hash", "words_hash", "partner"):
            if value := getattr(self, name):
                found.append(getattr(model, name) == value)
        if self.since:
            found.append(model.created_at >= datetime.fromisoformat(self.since))
        if self.until:
            found.append(model.created_at < datetime.fromisoformat(self.until))
        if self.quarantined_for:
            padded = " " + func.coalesce(model.quarantined_for, "") + " "
            found.append(padded.contains(f" {self.quarantined_for} ", autoescape=True))
        return found

    def models(self) -> Iterator[tuple[str, type[Any]]]:
        """The tables in which to look."""
        return ((name, model) for name, model in NOUNS.items() if self.noun in ("", name))


@dataclass(frozen=True, slots=True)
class Step:
    """What is next of a batch: rows of one table by id, or, without any, its end."""

    batch: int
    action: str
    noun: str = ""
    after: int = 0
    ids: tuple[int, ...] = ()


def count(session: Session, wanted: Filter, action: str) -> dict[str, int]:
    """On how many messages and pledges an action would have something to do."""
    return {
        noun: session.scalar(select(func.count()).select_from(model).where(*wanted.conditions(model, action))) or 0
        for noun, model in wanted.models()
    }


def quarantined(session: Session) -> dict[str, dict[str, int]]:
    """How many messages and pledges are quarantined now, by why."""
    found: dict[str, dict[str, int]] = {}
    for noun, model in NOUNS.items():
        rows = select(model.quarantined_for, func.count()).where(model.quarantined_at.is_not(None))
        for why, n in session.execute(rows.group_by(model.quarantined_for)):
            found.setdefault(why or "", dict.fromkeys(NOUNS, 0))[noun] = n
    return dict(sorted(found.items(), key=lambda item: (-sum(item[1].values()), item[0])))


def start(session: Session, wanted: Filter, action: str, reason: str, organizer: str, *, now: datetime) -> int:
    """Write the entry; the worker does the rest. Returns its id.

    Raises:
        Malformed: nothing is set but the noun, which would be everything; there is no reason, or a very long one; or
            the action is none.
    """
    if action not in ACTIONS:
        raise Malformed("Choose what to do.", field="action")
    chosen = {name: value for name, value in asdict(wanted).items() if value}
    if not chosen.keys() - {"noun"}:
        raise Malformed("Say which ones: that would be all there are.", field="filter")
    if not reason.strip():
        raise Malformed("Say why: whoever looks at this later has to understand it.", field="reason")
    if len(reason) > REASON_MAX:
        raise Malformed("At most %(limit)s characters fit.", field="reason", limit=REASON_MAX)
    batch = Batch(action=action, filter=chosen, reason=reason.strip(), organizer=organizer, created_at=now)
    session.add(batch)
    session.flush()
    return batch.id


def next_step(session: Session) -> Step | None:
    """What is to be done next, of the oldest batch that is not at its end. Reads only."""
    batch = session.scalar(select(Batch).where(text(OPEN)).order_by(Batch.id).limit(1))
    if batch is None:
        return None
    wanted = Filter(**batch.filter)
    for noun, model in wanted.models():
        after = getattr(batch, f"{noun}_up_to")
        # By id, and from where the last step ended: all steps together read the table once.
        rows = select(model.id).where(
            model.id > after, model.created_at <= batch.created_at, *wanted.conditions(model, batch.action)
        )
        if ids := session.scalars(rows.order_by(model.id).limit(STEP)).all():
            return Step(batch.id, batch.action, noun, after, tuple(ids))
    return Step(batch.id, batch.action)


def take(session: Session, step: Step, now: datetime) -> int:
    """Do a step, unless another worker has. Returns how many rows it changed."""
    own = update(Batch).where(Batch.id == step.batch, Batch.done_at.is_(None))
    if not step.ids:
        session.execute(own.values(done_at=now))
        return 0
    model, up_to = NOUNS[step.noun], getattr(Batch, f"{step.noun}_up_to")
    if not changed(session.execute(own.where(up_to == step.after).values({up_to: step.ids[-1]}))):
        return 0
    invalidates = step.action == "invalidate"
    there = model.quarantined_at.is_(None) if invalidates else model.quarantined_at.is_not(None)
    values = {
        "quarantined_at": now if invalidates else None,
        "quarantined_for": f"batch-{step.batch}" if invalidates else None,
    }
    rows = update(model).where(model.id.in_(step.ids), there).values(values)
    n = changed(session.execute(rows, execution_options={"synchronize_session": False}))
    total = getattr(Batch, step.noun)
    session.execute(update(Batch).where(Batch.id == step.batch).values({total: total + n}))
    return n


def forget_signs(session: Session, now: datetime) -> int:
    """Destroy what finished batches still tell of networks, domains and words, when the rows no longer do. Says of how
    many. That something stood there stays."""
    forgotten = 0
    for batch in session.scalars(select(Batch).where(Batch.done_at.is_not(None), Batch.created_at <= now - SIGNS_LIFE)):
        if told := [name for name in (*SIGNS, "domain") if batch.filter.get(name)]:
            batch.filter = batch.filter | dict.fromkeys(told, "")
            forgotten += 1
    return forgotten


def newest(session: Session, most: int = 50) -> list[Batch]:
    """The last batches, newest first."""
    return list(session.scalars(select(Batch).order_by(Batch.id.desc()).limit(most)))
