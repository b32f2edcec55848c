"""Asking geocoders on behalf of many at once: no address twice, no more than a few together, nothing of a dead service.

What is remembered is kept in this process's memory, under a hash whose key dies with it; and where a Redis is named,
there, under a keyed hash, for as long.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from campaign.commons import Commons
from campaign.congress.points import Located, Point
from campaign.congress.remote import Unavailable
from campaign.congress.terms import congress_at

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Addresses that are asked about together. A public service without a published limit is owed restraint."""

WAITING = 16
"""Requests that wait for an answer, in all: whoever comes later chooses by name, and the site's threads stay free."""

REMEMBERED = 10_000
REMEMBER_SECONDS = 6 * 3600.0

GRACE_SECONDS = 0.5
"""For a service that stops by itself when its time is over."""

FAILURES = 3
"""Failures in a row after which a service is left alone for a while."""

REST_SECONDS = 15.0
REST_MOST_SECONDS = 300.0


Service = Literal["census", "geocodio"]


class Geocoding(Protocol):
    """A service that knows in which districts an address is."""

    @property
    def name(self) -> Service: ...

    @property
    def seconds(self) -> float:
        """How long it may take over an answer."""
        ...

    def find(self, street: str, city: str, state: str, zip_code: str, now: datetime) -> Located: ...


@dataclass(frozen=True, slots=True)
class Found:
    """The House seats an address may be in, and the service that says so."""

    seats: frozenset[str]
    source: Service
    point: Point | None = None
    """Where it is, as coarsely as a town."""


@dataclass
class Breaker:
    """Whether a service may be asked: not for a while after it failed several times in a row, then once, to see."""

    monotonic: Callable[[], float]
    _failures: int = 0
    _rest_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_ask(self) -> bool:
        """Whether to ask now. After a rest one caller is told yes, and the others wait for what it finds."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self.monotonic() < self._rest_until:
                return False
            self._rest()
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._rest()

    def _rest(self) -> None:
        # A service may be down for weeks, and two to the thousandth is no float.
        times = min(self._failures - FAILURES, 10)
        self._rest_until = self.monotonic() + min(REST_SECONDS * 2**times, REST_MOST_SECONDS)


class Inquiries:
    """The services in the order in which they are asked, and what they have answered."""

    def __init__(
        self,
        services: Sequence[Geocoding],
        monotonic: Callable[[], float] = time.monotonic,
        commons: Commons | None = None,
    ) -> None:
        self._services = [(service, Breaker(monotonic)) for service in services]
        self._commons = commons
        self._monotonic = monotonic
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._remembered: OrderedDict[bytes, tuple[float, Found]] = OrderedDict()
        self._in_flight: dict[bytes, Future[Found]] = {}
        self._waiting = 0

    @property
    def services(self) -> list[Geocoding]:
        """The services, in the order in which they are asked."""
        return [service for service, _ in self._services]

    def ask(self, street: str, city: str, state: str, zip_code: str, now: datetime) -> Found:
        """The House seats an address may be in; none where it is not found.

        Raises:
            Unavailable: no service answered, or too many are asking.
        """
        name = _name(street, city, state, zip_code, now)
        key = hmac.digest(self._key, name.encode(), hashlib.sha256)
        with self._lock:
            known = self._recall(key)
        if known or (known := self._recall_together(name)):
            return known
        with self._lock:
            flight = self._in_flight.get(key)
            mine = flight is None
            if self._waiting >= WAITING or (mine and len(self._in_flight) >= AT_ONCE):
                raise Unavailable("is being asked too much", of_service=False)
            if flight is None:
                flight = self._in_flight[key] = Future()
            self._waiting += 1
        try:
            if mine:
                self._start(key, name, flight, (street, city, state, zip_code, now))
            return flight.result(sum(service.seconds for service in self.services) + GRACE_SECONDS)
        except TimeoutError:
            raise Unavailable("did not answer in time") from None
        finally:
            with self._lock:
                self._waiting -= 1

    def _start(
        self, key: bytes, name: str, flight: Future[Found], question: tuple[str, str, str, str, datetime]
    ) -> None:
        # On a thread of its own: resolving a host name takes no time-out, and whoever asks must not wait for it.
        try:
            threading.Thread(target=self._fly, args=(key, name, flight, question), name="inquiry", daemon=True).start()
        except RuntimeError:  # the machine has no more of them
            with self._lock:
                del self._in_flight[key]
            flight.set_exception(Unavailable("cannot be asked just now", of_service=False))

    def _fly(self, key: bytes, name: str, flight: Future[Found], question: tuple[str, str, str, str, datetime]) -> None:
        """Ask, remember, and tell everybody who waits for it."""
        try:
            found = self._ask_services(*question)
        except Unavailable as unavailable:
            # A fresh one, since an exception that was raised carries the frames in which the address stood.
            flight.set_exception(Unavailable(unavailable.reason, of_service=unavailable.of_service))
        except BaseException as error:
            flight.set_exception(error)
        else:
            with self._lock:
                if found.seats:  # an address that is not found may be one that was mistyped, or be known tomorrow
                    self._remember(key, found)
            flight.set_result(found)
            if self._commons and found.seats:
                value = json.dumps([sorted(found.seats), found.source, found.point]).encode()
                self._commons.remember("inquiry", name, value, REMEMBER_SECONDS)
        finally:
            with self._lock:
                del self._in_flight[key]

    def _ask_services(self, *question: str | datetime) -> Found:
        reason, of_service = "is left alone for a while", False
        for service, breaker in self._services:
            if not breaker.may_ask():
                continue
            try:
                found = service.find(*question)  # type: ignore[arg-type]
            except Unavailable as unavailable:
                reason, of_service = unavailable.reason, unavailable.of_service
                if of_service:
                    breaker.failed()
                else:  # it refuses this question, and so is there for others
                    breaker.succeeded()
                log.warning("geocoder unavailable", extra={"service": service.name, "reason": reason})
            else:
                breaker.succeeded()
                return Found(found.seats, service.name, found.point)
        raise Unavailable(reason, of_service=of_service)

    def _recall_together(self, name: str) -> Found | None:
        """What another process has found out."""
        kept = self._commons.recall("inquiry", name) if self._commons else None
        try:
            seats, source, point = json.loads(kept or b"")
            return Found(frozenset(seats), source, (point[0], point[1]) if point else None)
        except (ValueError, TypeError, IndexError):  # nothing, or something of another release
            return None

    def _recall(self, key: bytes) -> Found | None:
        until, found = self._remembered.get(key, (0.0, None))
        return found if self._monotonic() < until else None

    def _remember(self, key: bytes, found: Found) -> None:
        self._remembered[key] = (self._monotonic() + REMEMBER_SECONDS, found)
        self._remembered.move_to_end(key)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)


def _name(street: str, city: str, state: str, zip_code: str, now: datetime) -> str:
    """An address as one question: however it is capitalized and punctuated, to the districts of one Congress."""
    parts = [" ".join(re.sub(r"[^\w\s]", " ", part).casefold().split()) for part in (street, city, state, zip_code)]
    return "\0".join([*parts, str(congress_at(now))])
