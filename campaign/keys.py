"""The campaign's secrets: made once, kept in DATA_DIR/keys, readable by the owner alone.

Three keys, because they live differently. `secret` signs what travels in pages and links and may be changed at the
cost of open forms. `email` encrypts what is kept about people, newest first, and is rotated. `hash` makes the
look-up values by which a person is found again, and therefore never changes.

`email_keys` in DATA_DIR/keys may change while the site serves: a process seals with the new key a second later, and
looks into the file at once where it meets a text that it cannot open.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from campaign.config import SHORTEST, Settings
from campaign.errors import Misconfigured
from campaign.rereading import Reread


class Ring:
    """The keys that encrypt, newest first.

    Raises:
        Misconfigured: there is none, or something is not a key.
    """

    def __init__(self, text: str) -> None:
        keys = text.replace(",", " ").split()
        try:
            self.box = MultiFernet([Fernet(key) for key in keys])
            self.newest = Fernet(keys[0])
        except ValueError:
            raise Misconfigured(
                "CAMPAIGN_EMAIL_KEYS must hold one or more keys of 32 bytes in URL-safe base64, newest first."
            ) from None
        self.marks = tuple(hmac.new(key.encode(), b"email key", hashlib.sha256).hexdigest()[:16] for key in keys)
        """By which each key is known again. They tell nothing about it."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The three keys, ready for use."""

    secret: str
    ring: Reread[Ring]
    hash_key: bytes

    def seal(self, text: str) -> bytes:
        """Encrypt a text for keeping."""
        return self.ring.current().box.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Decrypt what `seal` made.

        Raises:
            Misconfigured: no key at hand opens it.
        """
        return self._opened(sealed, lambda ring: ring.box.decrypt(sealed)).decode()

    def renewed(self, sealed: bytes) -> bytes | None:
        """The same text sealed with the newest key; None where it is that already.

        Raises:
            Misconfigured: no key at hand opens it.
        """
        try:
            self.ring.current().newest.decrypt(sealed)
        except InvalidToken:
            return self._opened(sealed, lambda ring: ring.box.rotate(sealed))
        return None

    def _opened(self, sealed: bytes, do: Callable[[Ring], bytes]) -> bytes:
        for ring in (self.ring.current, self.ring.reread):  # another process may have a key that is a moment old
            try:
                return do(ring())
            except InvalidToken:
                continue
        raise Misconfigured("None of CAMPAIGN_EMAIL_KEYS opens what is stored.")

    def fingerprint(self, purpose: str, text: str) -> str:
        """A keyed hash, 64 hexadecimal digits: finds the same text again, and tells nothing about it.

        The purpose keeps the hashes of one column from being compared with those of another.
        """
        return hmac.digest(self.hash_key, f"{purpose}\0{text}".encode(), "sha256").hex()


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
    email = settings.email_keys or _kept(email_file(settings), _new_email_key)
    hash_key = settings.hash_key or _kept(folder / "hash_key", lambda: secrets.token_urlsafe(48))
    for name, key in (("CAMPAIGN_SECRET_KEY", secret), ("CAMPAIGN_HASH_KEY", hash_key)):
        if len(key) < SHORTEST:
            raise Misconfigured("%(name)s must have at least %(least)s characters.", name=name, least=SHORTEST)
    return Keys(secret=secret, ring=_ring(settings, email), hash_key=hash_key.encode())


def are_there(settings: Settings) -> bool:
    """Whether the keys without which nothing that is stored can be used are there already."""
    hash_file = settings.data_dir / "keys" / "hash_key"
    return bool(settings.email_keys or email_file(settings).exists()) and bool(settings.hash_key or hash_file.exists())


def email_file(settings: Settings) -> Path:
    """Where the keys that encrypt are kept, unless they come from CAMPAIGN_EMAIL_KEYS."""
    return settings.data_dir / "keys" / "email_keys"


def add_email_key(settings: Settings) -> None:
    """Put a new key in front of those in DATA_DIR/keys: from now on it seals, and the older ones still open."""
    with _alone(email_file(settings).parent):
        _replace(email_file(settings), f"{_new_email_key()}\n{email_file(settings).read_text()}")


def drop_email_keys(settings: Settings) -> int:
    """Keep the newest key in DATA_DIR/keys alone. Returns how many were dropped."""
    with _alone(email_file(settings).parent):
        newest, *older = email_file(settings).read_text().replace(",", " ").split()
        if older:
            _replace(email_file(settings), newest + "\n")
    return len(older)


def _ring(settings: Settings, text: str) -> Reread[Ring]:
    if settings.email_keys:
        return Reread("email keys", lambda: None, lambda: Ring(text))
    path = email_file(settings)

    def version() -> object:
        stat = path.stat()
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    return Reread("email keys", version, lambda: Ring(path.read_text()))


def _new_email_key() -> str:
    return Fernet.generate_key().decode()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two who change the same file at once would each lose the other's key."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, text: str) -> None:
    """Put another file in the place of a key's, whole and on the disk, for the same owner."""
    handle, name = tempfile.mkstemp(dir=path.parent)  # 0600 from its first moment
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            owner = path.stat()
            if owner.st_uid != os.geteuid():  # else root would shut out the running site, which would not notice
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    settle(path.parent)


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
        settle(path.parent)
    key = path.read_text().strip()
    if not key:  # an empty key would sign and hash all the same, for everybody
        raise Misconfigured(f"The key in {path} is empty. Restore it from a backup.")
    return key


def settle(folder: Path) -> None:
    """Bring the names in a folder to the disk: what a key has sealed is there at once, and its name not later."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
