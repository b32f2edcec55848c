"""The campaign's secrets: made once, kept in DATA_DIR/keys, readable by the owner alone.

Three keys, because they live differently. `secret` signs what travels in pages and links and may be changed at the
cost of open forms. `email` encrypts what is kept about people, newest first, and is rotated. `hash` makes the
look-up values by which a person is found again, and therefore never changes.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from campaign.config import Settings
from campaign.errors import Misconfigured

SHORTEST = 32
"""Characters of a key that signs or hashes: a shorter one can be guessed, and then every link and session with it."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The three keys, ready for use."""

    secret: str
    box: MultiFernet
    hash_key: bytes

    def seal(self, text: str) -> bytes:
        """Encrypt a text for keeping."""
        return self.box.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Decrypt what `seal` made.

        Raises:
            Misconfigured: no key at hand opens it.
        """
        try:
            return self.box.decrypt(sealed).decode()
        except InvalidToken:
            raise Misconfigured("None of CAMPAIGN_EMAIL_KEYS opens what is stored.") from None

    def fingerprint(self, purpose: str, text: str) -> str:
        """A keyed hash, 64 hexadecimal digits: finds the same text again, and tells nothing about it.

        The purpose keeps the hashes of one column from being compared with those of another.
        """
        return hmac.new(self.hash_key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def link_token() -> str:
    """What opens a page for whoever has the link to it: 192 random bits, in 32 characters."""
    return secrets.token_urlsafe(24)


def link_hash(token: str) -> str:
    """By which such a link is found again; the token itself is nowhere stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def load(settings: Settings) -> Keys:
    """The keys from the settings, or from DATA_DIR/keys, made there if need be.

    Raises:
        Misconfigured: CAMPAIGN_EMAIL_KEYS holds something that is not a key, another key is too short, or a key's file
            is empty.
    """
    folder = settings.data_dir / "keys"
    secret = settings.secret_key or _kept(folder / "secret_key", lambda: secrets.token_urlsafe(48))
    email = settings.email_keys or _kept(folder / "email_keys", lambda: Fernet.generate_key().decode())
    hash_key = settings.hash_key or _kept(folder / "hash_key", lambda: secrets.token_urlsafe(48))
    for name, key in (("CAMPAIGN_SECRET_KEY", secret), ("CAMPAIGN_HASH_KEY", hash_key)):
        if len(key) < SHORTEST:
            raise Misconfigured("%(name)s must have at least %(least)s characters.", name=name, least=SHORTEST)
    try:
        box = MultiFernet([Fernet(key) for key in email.replace(",", " ").split()])
    except ValueError:
        raise Misconfigured(
            "CAMPAIGN_EMAIL_KEYS must hold one or more keys of 32 bytes in URL-safe base64, newest first."
        ) from None
    return Keys(secret=secret, box=box, hash_key=hash_key.encode())


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Read a key's file; the first process to come makes it, whoever else comes at the same moment."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent)  # 0600 from its first moment
        with os.fdopen(handle, "w") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)  # fails where another process was first: then its key is the key
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
        _settle(path.parent)
    key = path.read_text().strip()
    if not key:  # an empty key would sign and hash all the same, for everybody
        raise Misconfigured(f"The key in {path} is empty. Restore it from a backup.")
    return key


def _settle(folder: Path) -> None:
    # What a key has sealed reaches the disk at once; the key's own name must not come later.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
