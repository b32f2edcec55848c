"""Correcting an address of email: the link goes to the new one, and whoever reads it presses a button.

The link holds all of it, encrypted: nothing is stored before the button is pressed, and no address stands in a log.

Either mailbox may be another person's. So whoever reads the old one keeps nothing by which to look or to act, and what
was agreed to from there holds no longer, unless whoever reads the new one says so again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaign import consents, emails
from campaign.consents import Purpose
from campaign.database import changed
from campaign.delivery import outbox
from campaign.errors import Conflict, Misconfigured, NotFound
from campaign.keys import Keys
from campaign.models import ConfirmLink, Mail, Supporter

LINK_LIFE = timedelta(days=1)

MAIL = "new_address"
"""The kind of mail."""


class Taken(Conflict):
    """The new address is somebody's already."""

    code = "address_taken"


@dataclass(frozen=True, slots=True, repr=False)
class Move:
    """From which mailbox to which address."""

    email_hash: str
    email: str


def ask(
    session: Session,
    keys: Keys,
    supporter_id: int,
    email: str,
    write: Callable[[str], tuple[str, str]],
    *,
    now: datetime,
) -> None:
    """Mail a link to the new address, at most so many a day. Whether it is known is not told here.

    Args:
        email: a normalized address, see `emails.parse_email`.
        write: makes subject and text of the mail from the link's token.
    """
    supporter = session.get_one(Supporter, supporter_id)
    about = {"from": supporter.email_hash, "to": email, "until": (now + LINK_LIFE).timestamp()}
    outbox.enqueue(session, keys, MAIL, email, *write(keys.seal(json.dumps(about)).decode()), now=now)


def read(keys: Keys, token: str, now: datetime) -> Move:
    """What a link says.

    Raises:
        NotFound: it is none of ours, or its time is over.
    """
    try:
        about = json.loads(keys.unseal(token.encode("utf-8", "replace")))
        move, until = Move(about["from"], about["to"]), float(about["until"])
    except (Misconfigured, ValueError, KeyError, TypeError):
        raise NotFound("This link does not work any more. Ask for a new one.") from None
    if now.timestamp() >= until:
        raise NotFound("This link does not work any more. Ask for a new one.")
    return move


def agreed(session: Session, found: Move) -> list[Purpose]:
    """What whoever is to move agrees to now: to be asked again, since anybody may have said so for them."""
    supporter_id = session.scalar(select(Supporter.id).where(Supporter.email_hash == found.email_hash))
    given = consents.of(session, supporter_id) if supporter_id else []
    return [(one.purpose, one.partner) for one in given if one.holds]


def move(session: Session, keys: Keys, token: str, ticked: Collection[str] = (), *, now: datetime) -> str:
    """Know a supporter by their new address, and return it. Links that went to the old one open nothing any more.

    Args:
        ticked: what they agree to from now on, as `consents.field` calls it. All else is withdrawn.

    Raises:
        NotFound: the link is none of ours, or its time is over, or the supporter has moved, or is gone.
        Taken: somebody is known by the new address; two people are not made one.
    """
    found = read(keys, token, now)
    email_hash = emails.fingerprint(keys, found.email)
    values: dict[str, str | bytes | None] = {"email_hash": email_hash, "sealed_email": keys.seal(found.email)}
    leaves = email_hash != found.email_hash  # another spelling of the same mailbox keeps what was mailed to it
    if leaves:
        values["mine_hash"] = None
    moving = update(Supporter).where(Supporter.email_hash == found.email_hash).values(values)
    try:
        moved = changed(session.execute(moving))
    except IntegrityError:  # the unique constraint decides, also between two who come at once
        raise Taken(
            "Something is kept under this address already. Look at its own private page, or erase that first."
        ) from None
    if not moved:
        raise NotFound("This link does not work any more. Ask for a new one.")
    if leaves:
        # Those that have left as well: their rows would lead to nobody, and stay when the supporter is erased.
        for row in (Mail, ConfirmLink):
            session.execute(delete(row).where(row.email_hash == found.email_hash))
    supporter_id = session.scalars(select(Supporter.id).where(Supporter.email_hash == email_hash)).one()
    given = [(one.purpose, one.partner) for one in consents.of(session, supporter_id)]
    said = {purpose: consents.field(purpose) in ticked for purpose in given}
    consents.settle(session, supporter_id, said, now=now)
    return found.email
