"""Organizers' passwords: kept as argon2id hashes, and checked in the same time whether or not there is one."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from campaign.errors import Malformed

SHORTEST, LONGEST = 12, 1000
"""Characters. The longest is hashed at once; more would be a way to keep the machine busy."""

OWN = 8
"""Characters that a password has at least beside its owner's address, or the name in it."""

AT_ONCE = 4
"""Hashes made at the same time. Each takes 64 MiB of memory, and whoever knocks often must not take all there is."""

_places = threading.BoundedSemaphore(AT_ONCE)

hasher = PasswordHasher()
"""With the library's own costs, which follow RFC 9106."""


def parse(text: str, email: str) -> str:
    """A password that may be set. Nothing is asked of it but length: long ones are good, and rules make bad ones.

    Raises:
        Malformed: it is too short or too long, or is the address, or the same sign again and again.
    """
    if len(text) < SHORTEST:
        raise Malformed("A password has at least %(least)s characters. Four words do well.", least=SHORTEST)
    if len(text) > LONGEST:
        raise Malformed("At most %(limit)s characters fit.", limit=LONGEST)
    name = email.partition("@")[0].casefold()
    rest = text.casefold().replace(email.casefold(), "").replace(name, "")
    if len(rest) < OWN or len(set(text)) < 5:
        raise Malformed("This would be guessed soon. Choose something that is neither your address nor repeated.")
    return text


def hashed(password: str) -> str:
    """The hash of a password, with its parameters, for keeping."""
    with _places:
        return hasher.hash(_typed(password))


def _typed(password: str) -> str:
    """A password in the one form that all keyboards and systems lead to, as RFC 8265 has it (OpaqueString)."""
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in password)
    return unicodedata.normalize("NFC", spaced)


@cache
def _nobodys() -> str:
    """A hash to be checked where there is none, so that it takes as long."""
    return hasher.hash("nobody has this password")


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one. Takes as long where none is kept."""
    nobodys = _nobodys()  # also where there is one: the first time it has to be made
    try:
        with _places:
            hasher.verify(kept or nobodys, _typed(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with less effort than is usual now."""
    return hasher.check_needs_rehash(kept)
