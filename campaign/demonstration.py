"""A made-up campaign, to look at the program and to measure it: made in steps, marked, and removed without a trace.

What is made up is told from what is real by `inventing.MARK`. It is made only where nothing real is stored yet; what
real people write beside it stays, and stays counted, when it is removed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from campaign import counting, emails, funnel
from campaign.errors import Conflict
from campaign.funnel import Passage
from campaign.inventing import MARK, PARTNERS, Invented
from campaign.keys import Keys
from campaign.models import (
    Click,
    Delivery,
    Demonstration,
    Gift,
    Mail,
    Message,
    Partner,
    Pledge,
    Step,
    Supporter,
)

STEP = 500
"""Supporters stored in one transaction, with all that is theirs."""

REMOVED_AT_ONCE = 2000
"""Rows deleted in one."""


def is_there(session: Session) -> bool:
    """Whether anything here is made up."""
    return session.scalar(select(Demonstration.id).limit(1)) is not None


def begin(session: Session, seed: int, supporters: int, now: datetime) -> None:
    """Mark the campaign as a demonstration, and make its partners.

    Raises:
        Conflict: there is one already, or something real is stored.
    """
    if is_there(session):
        raise Conflict("There is a demonstration already. Remove it first: campaign demo --remove")
    if any(session.scalar(select(model.id).limit(1)) for model in (Message, Pledge)):
        raise Conflict("Letters or pledges of real people are stored here. A demonstration would mix with them.")
    session.add(Demonstration(seed=seed, supporters=supporters, created_at=now))
    for code, name in PARTNERS.items():
        session.add(Partner(code=code, name=name, origins=[f"https://{code}.example.org"], created_at=now))


def store(
    session: Session, keys: Keys, people: Sequence[Invented], texts: Sequence[bytes | None], now: datetime
) -> None:
    """Store a step of it, and count it.

    Args:
        texts: of each, the sealed text that is still kept, if any.
    """
    known = [one for one in people if one.email]
    supporters = _insert(session, Supporter, [_supporter(keys, one) for one in known])
    by_email = dict(zip((one.email for one in known), supporters, strict=True))
    messages = [
        one.message | {"supporter_id": by_email.get(one.email), "sealed": text}
        for one, text in zip(people, texts, strict=True)
    ]
    ids = _insert(session, Message, messages)
    deliveries, pledges = [], []
    for one, message_id in zip(people, ids, strict=True):
        link = {"message_id": message_id}
        deliveries += [delivery | link for delivery in one.deliveries]
        pledges += [pledge | link | {"supporter_id": by_email[one.email]} for pledge in one.pledges]
    clicks = [click for one in people for click in one.clicks]
    clicked = dict(zip((click["token"] for click in clicks), _insert(session, Click, clicks), strict=True))
    given = {token: cents for one in people for token, cents in one.gifts.items()}
    told = {"currency": "USD", "imported_at": now}
    days = {click["token"]: (click["day"], click["destination"]) for click in clicks}
    gifts = [
        {"reference": token, "click_id": clicked[token], "cents": cents, "day": days[token][0], **told}
        | {"destination": days[token][1]}
        for token, cents in given.items()
    ]
    # Now and then somebody gives of whom no hand-over is known.
    gifts += [
        {"reference": f"{MARK}apart-{ids[0]}", "click_id": None, "cents": 2000, "day": people[0].message["day"], **told}
        | {"destination": None}
    ]
    for model, rows in ((Delivery, deliveries), (Pledge, pledges), (Gift, gifts)):
        if rows:
            session.connection().execute(insert(model), rows)
    _mail(session, known)
    _pass(session, people)
    while counting.bring_forward(session):
        pass


def _insert(session: Session, model: type[Any], rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows and return their ids in the same order."""
    if not rows:
        return []
    return list(session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows))


def _supporter(keys: Keys, one: Invented) -> dict[str, Any]:
    email = str(one.email)
    hashed = emails.fingerprint(keys, email)
    return {"email_hash": hashed, "sealed_email": keys.seal(email), "created_at": one.message["created_at"]}


def _mail(session: Session, known: Sequence[Invented]) -> None:
    """The mails that would have left, as they stand when they have; here and there one that could not."""
    rows = []
    for place, one in enumerate(known):
        if one.pledges:
            at = one.message["created_at"]
            failed = place % 97 == 0
            rows.append(
                {
                    "kind": "confirm",
                    "email_hash": str(one.message["form_id"]),
                    "due_at": at,
                    "tries": 8 if failed else 1,
                    "sent_at": None if failed else at,
                    "failed_at": at + timedelta(days=2) if failed else None,
                    "failure": "the mail server did not accept the address" if failed else None,
                    "created_at": at,
                }
            )
    if rows:
        session.connection().execute(insert(Mail), rows)


def _pass(session: Session, people: Sequence[Invented]) -> None:
    """The steps before: of three who look up their offices, two read letters, and not all of these finish them."""
    partner = next(iter(PARTNERS))
    first = people[0].message
    passed = {"looked_up": 2 * len(people), "read": 4 * len(people) // 3}
    passages = {Passage(first["day"], first["letter"], partner, step): n for step, n in passed.items()}
    funnel.store(session, Counter(passages))


def remove_some(session: Session) -> int:
    """Remove a step of it, and at last the mark. Returns how many rows it were; 0 when nothing is left."""
    counted: tuple[tuple[str, type[Any], ColumnElement[bool]], ...] = (
        ("gifts", Gift, Gift.reference.startswith(MARK)),
        ("handovers", Click, Click.token.startswith(MARK)),
        ("pledges", Pledge, Pledge.message_id.in_(select(Message.id).where(Message.form_id.startswith(MARK)))),
    )
    for figure, model, made in counted:
        if n := counting.delete_rows(session, figure, model.id.in_(_some(model, made))):
            return n
    if n := _remove_messages(session):
        return n
    rest: tuple[tuple[type[Any], ColumnElement[bool]], ...] = (
        (Mail, Mail.email_hash.startswith(MARK)),
        (Step, Step.partner.startswith(MARK)),
    )
    for model, made in rest:
        ids = session.scalars(_some(model, made)).all()
        if ids:
            session.execute(delete(model).where(model.id.in_(ids)))
            return len(ids)
    session.execute(delete(Partner).where(Partner.code.startswith(MARK)))
    session.execute(delete(Demonstration))
    return 0


def _remove_messages(session: Session) -> int:
    made = Message.form_id.startswith(MARK)
    rows = session.execute(select(Message.id, Message.supporter_id).where(made).limit(REMOVED_AT_ONCE)).all()
    if rows:
        counting.delete_rows(session, "letters", Message.id.in_([row[0] for row in rows]))
        session.execute(delete(Supporter).where(Supporter.id.in_([row[1] for row in rows if row[1]])))
    return len(rows)


def _some(model: type[Any], made: ColumnElement[bool]) -> Any:
    return select(model.id).where(made).order_by(model.id).limit(REMOVED_AT_ONCE)


def left(session: Session) -> int:
    """How many of its letters are there."""
    return session.scalar(select(func.count()).where(Message.form_id.startswith(MARK))) or 0
