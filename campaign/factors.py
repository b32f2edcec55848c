"""The second factor: codes of six digits from a secret and the time (RFC 6238), and codes for when the phone is lost.

The secret is kept encrypted, a recovery code as its hash. Each code is taken once.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from campaign.database import changed
from campaign.errors import Conflict, Malformed
from campaign.keys import Keys
from campaign.models import Organizer, RecoveryCode

SECONDS = 30
"""How long a code is shown."""

DRIFT = 1
"""How many codes before and after the present one are taken: clocks differ, and people type."""

CODES = 10
"""Recovery codes made at once."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of what they are made: signs that are not taken for each other."""

WRONG = "This code is not right, or has been used."


def new_secret() -> str:
    """A secret for a new second factor, in base 32."""
    return pyotp.random_base32()


def address(secret: str, email: str, campaign: str) -> str:
    """What the picture holds that an authenticator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=campaign)


def set_up(session: Session, keys: Keys, organizer_id: int, secret: str, code: str, *, now: datetime) -> list[str]:
    """Take a second factor into use, once its owner has shown that they hold it. Returns their recovery codes.

    Raises:
        Malformed: the code does not belong to the secret.
        Conflict: they have a second factor already: of two who set one up at once, one has come second.
    """
    step = _step_of(secret, code, now)
    if step is None:
        raise Malformed(WRONG, field="code")
    row = session.get_one(Organizer, organizer_id, with_for_update=True)
    if row.sealed_factor is not None:
        raise Conflict("A second factor is on already. Turn it off before you set up another.")
    row.sealed_factor, row.factor_step = keys.seal(secret), step
    return new_codes(session, keys, organizer_id)


def remove(session: Session, organizer_id: int) -> None:
    """Do without a second factor from now on."""
    session.execute(update(Organizer).where(Organizer.id == organizer_id).values(sealed_factor=None, factor_step=None))
    session.execute(delete(RecoveryCode).where(RecoveryCode.organizer_id == organizer_id))


def new_codes(session: Session, keys: Keys, organizer_id: int) -> list[str]:
    """New recovery codes; those before are worth nothing any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.organizer_id == organizer_id))
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3)) for _ in range(CODES)]
    for code in codes:
        session.add(RecoveryCode(organizer_id=organizer_id, code_hash=_hashed(keys, code)))
    return codes


def codes_left(session: Session, organizer_id: int) -> int:
    """How many recovery codes an organizer has not used."""
    unused = (RecoveryCode.organizer_id == organizer_id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).where(*unused)) or 0


def take(session: Session, keys: Keys, organizer_id: int, code: str, *, now: datetime) -> str | None:
    """Take a code, of the factor or for recovery, if it is right and was never taken. Says which it was: `code` or
    `recovery`; None if neither. Of two who come at once with the same, one is refused."""
    row = session.get(Organizer, organizer_id)
    if row is None or row.sealed_factor is None:
        return None
    typed = "".join(code.split()).casefold().encode("ascii", "ignore").decode()
    if len(typed) == 6 and typed.isdecimal():
        step = _step_of(keys.unseal(row.sealed_factor), typed, now)
        if step is None:
            return None
        later = or_(Organizer.factor_step.is_(None), Organizer.factor_step < step)
        own = update(Organizer).where(Organizer.id == organizer_id, later).values(factor_step=step)
        return "code" if changed(session.execute(own)) == 1 else None
    own_code = (RecoveryCode.organizer_id == organizer_id, RecoveryCode.code_hash == _hashed(keys, typed))
    used = update(RecoveryCode).where(*own_code, RecoveryCode.used_at.is_(None)).values(used_at=now)
    return "recovery" if changed(session.execute(used)) == 1 else None


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step to which a code belongs, if it is one of those that are taken now."""
    present = int(now.timestamp()) // SECONDS
    totp = pyotp.TOTP(secret, interval=SECONDS)
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), "".join(code.split()).encode()):
            return step
    return None


def _hashed(keys: Keys, code: str) -> str:
    return keys.fingerprint("recovery code", code.replace("-", ""))
