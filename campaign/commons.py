"""What the processes of one campaign remember together, for a while: in Redis, where one is named.

Nothing stands there that could not be lost: what was looked up a moment ago, and how much came from where. Where Redis
does not answer, it is as if nothing were remembered, and for a while it is not asked again: no visitor waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from campaign.keys import Keys

if TYPE_CHECKING:
    from redis import ConnectionPool, Redis

T = TypeVar("T")

log = logging.getLogger(__name__)

ANSWER_SECONDS = 0.5
"""How long is waited for an answer, at most."""

REST_SECONDS = 5.0
"""How long it is not asked after it failed."""

PREFIX = "lifeline:"
"""How all names there begin."""


class Silent(Exception):
    """There is no Redis, or it does not answer."""


class Commons:
    """The way to Redis.

    Args:
        url: its address; None where there is none.
        keys: what is remembered of people is found by keyed hashes alone.
    """

    def __init__(self, url: str | None, keys: Keys) -> None:
        self.url = url
        self._keys = keys
        self._rest_until = 0.0
        self._lock = threading.Lock()
        self.failures = 0
        """How often it failed."""
        self.pool: ConnectionPool | None = None
        if url:
            from redis import ConnectionPool  # which takes long to load

            times = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
            self.pool = ConnectionPool.from_url(url, **times)

    @property
    def answers(self) -> bool:
        """Whether Redis is there, asked now; it is not waited for while it rests."""
        try:
            return bool(self.ask(lambda redis: redis.ping()))
        except Silent:
            return False

    def ask(self, question: Callable[[Redis], T]) -> T:
        """Ask Redis something.

        Raises:
            Silent: there is none, or it does not answer.
        """
        if self.pool is None:
            raise Silent
        from redis import Redis

        redis = Redis(connection_pool=self.pool)
        return self.guard(lambda: question(redis))

    def guard(self, do: Callable[[], T]) -> T:
        """Do something that asks Redis by other ways, unless it rests.

        Raises:
            Silent: it does not answer.
        """
        if time.monotonic() < self._rest_until:
            raise Silent
        try:
            return do()
        except Exception as error:  # of a socket, a protocol, a server that is just loading or has no memory left
            with self._lock:
                self.failures += 1
                self._rest_until = time.monotonic() + REST_SECONDS
            log.error("redis does not answer", extra={"error": type(error).__name__})
        raise Silent  # out here: an error may quote what was asked

    def recall(self, purpose: str, name: str) -> bytes | None:
        """What was remembered under a name, if it still is."""
        try:
            return self.ask(lambda redis: redis.get(self._key(purpose, name)))  # type: ignore[return-value]
        except Silent:
            return None

    def remember(self, purpose: str, name: str, value: bytes, seconds: float) -> None:
        """Remember something for so many seconds, if it can be."""
        try:
            self.ask(lambda redis: redis.set(self._key(purpose, name), value, px=int(seconds * 1000)))
        except Silent:
            return

    def close(self) -> None:
        """Hang up."""
        if self.pool:
            self.pool.disconnect()

    def _key(self, purpose: str, name: str) -> str:
        return f"{PREFIX}{purpose}:{self._keys.fingerprint(purpose, name)}"
