"""A copy of everything that is kept about a supporter, to take along."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import consents
from campaign.keys import Keys
from campaign.models import ConfirmLink, Delivery, Mail, Message, Pledge, Supporter
from campaign.models.delivery import SAID
from campaign.screening import SIGNS


def of(session: Session, keys: Keys, supporter_id: int) -> dict[str, Any]:
    """All of it, ready for JSON: moments in ISO 8601, keyed hashes by their names alone."""
    supporter = session.get_one(Supporter, supporter_id)
    written = session.scalars(select(Message).where(Message.supporter_id == supporter_id).order_by(Message.id)).all()
    pledged = session.scalars(select(Pledge).where(Pledge.supporter_id == supporter_id).order_by(Pledge.id)).all()
    return {
        "email": keys.unseal(supporter.sealed_email),
        "created_at": _moment(supporter.created_at),
        "consents": [
            {
                "purpose": given.purpose,
                "partner": given.partner or None,
                "wording": given.wording,
                "asked_at": _moment(given.asked_at),
                "given_at": _moment(given.given_at),
                "withdrawn_at": _moment(given.withdrawn_at),
            }
            for given in consents.of(session, supporter_id)
        ],
        "messages": [
            {
                "letter": message.letter,
                "day": message.day.isoformat(),
                "created_at": _moment(message.created_at),
                "text_until": _moment(message.text_until),
                "state": message.state,
                "house_seat": message.house_seat,
                "originality": message.originality,
                "partner": message.partner,
                "source": message.source,
                "may_print": message.may_print,
                "may_quote": message.may_quote,
                "wording": message.wording,
                "quarantined_at": _moment(message.quarantined_at),
                "quarantined_for": message.quarantined_for,
                "fingerprints": _fingerprints(message, SIGNS),
                "content": json.loads(keys.unseal(message.sealed)) if message.sealed else None,
                "offices": [
                    {"seat": row.seat, "bioguide": row.bioguide}
                    | {word: _moment(getattr(row, f"{word}_at")) for word in SAID}
                    for row in session.scalars(
                        select(Delivery).where(Delivery.message_id == message.id).order_by(Delivery.id)
                    )
                ],
            }
            for message in written
        ],
        "pledges": [
            {
                "kind": pledge.kind,
                "letter": pledge.letter,
                "slot": pledge.slot,
                "day": pledge.day.isoformat(),
                "created_at": _moment(pledge.created_at),
                "state": pledge.state,
                "partner": pledge.partner,
                "source": pledge.source,
                "confirmed_at": _moment(pledge.confirmed_at),
                "fulfilled_at": _moment(pledge.fulfilled_at),
                "withdrawn_at": _moment(pledge.withdrawn_at),
                "quarantined_at": _moment(pledge.quarantined_at),
                "quarantined_for": pledge.quarantined_for,
                "fingerprints": _fingerprints(pledge, ("name_hash", "zip_hash", *SIGNS)),
            }
            for pledge in pledged
        ],
        "mails": [
            {
                "kind": row.kind,
                **{name: _moment(getattr(row, name)) for name in ("created_at", "due_at", "sent_at", "failed_at")},
                "tries": row.tries,
                "failure": row.failure,
                **_mail_text(keys, row.sealed),
            }
            for row in session.scalars(select(Mail).where(Mail.email_hash == supporter.email_hash).order_by(Mail.id))
        ],
        "confirm_links": [
            {"created_at": _moment(row.created_at)}
            for row in session.scalars(select(ConfirmLink).where(ConfirmLink.email_hash == supporter.email_hash))
        ],
    }


def _mail_text(keys: Keys, sealed: bytes | None) -> dict[str, str | None]:
    """What a mail says that has not left yet. What its links hide is for whoever reads the mailbox, and left out: this
    page's own link may be in other hands."""
    if sealed is None:
        return {"subject": None, "text": None}
    mail = json.loads(keys.unseal(sealed))
    return {"subject": mail["subject"], "text": re.sub(r"(?<=/)[\w=-]{32,}", "…", mail["text"])}


def _fingerprints(row: Message | Pledge, names: tuple[str, ...]) -> list[str]:
    """Of what a keyed hash is kept with a row; the hash itself would tell nobody anything."""
    return [name.removesuffix("_hash") for name in names if getattr(row, name)]


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
