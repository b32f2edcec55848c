"""How often one network, and one address of email, may finish something: no more than people do. And how often a
network may open what takes long to make.

What does not say where its post comes from, as browsers do, may less.

A network is what one household or phone has: the first 24 bits of an IPv4 address, the first 64 of an IPv6 one. The
address is the connection's own, or what so many proxies of the operator's say as CAMPAIGN_TRUSTED_PROXIES. Counts are
kept for as long as their window lasts, under keyed hashes: in this process's memory, or in Redis, where one is named,
for all processes together. Where they cannot be kept, nobody is refused.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial

from flask import Flask, current_app, request
from limits import RateLimitItem, parse_many
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from campaign import emails
from campaign.commons import PREFIX, Commons
from campaign.errors import Problem
from campaign.web import metrics, security
from campaign.web.extensions import commons, keys, settings
from campaign.web.windows import Windows

log = logging.getLogger(__name__)

IPV4_BITS, IPV6_BITS = 24, 64


class TooMany(Problem):
    """More than people do."""

    code = "too_many"
    status = 429


def network() -> str:
    """The network from which this request comes, as a keyed hash."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:  # a socket without one
        return keys.fingerprint("network", "")
    bits = IPV4_BITS if address.version == 4 else IPV6_BITS
    return keys.fingerprint("network", str(ipaddress.ip_network((address, bits), strict=False)))


@contextmanager
def spending(email: str | None = None) -> Iterator[None]:
    """Around what is finished, for this visitor's network and the address of email they give. It counts once it is:
    what fails on our side must not shut somebody out who tries again. Of those who come at once a few may be too many.

    Raises:
        TooMany: one of them has had its share.
    """
    shares = [(limit, "network", network()) for limit in _parsed(settings.network_limits)]
    if security.is_silent():
        shares += [(limit, "program", network()) for limit in _parsed(settings.program_limits)]
    if email:
        shares += [(limit, "email", emails.fingerprint(keys, email)) for limit in _parsed(settings.email_limits)]
    own = _limiter()
    if not _within(lambda: all(own.test(*share) for share in shares)):
        raise TooMany(
            "Too much has come from your network, or under your address, in a short time. Nothing is lost: please wait "
            "a while, and try again."
        )
    yield
    for share in shares:
        _keep(partial(own.hit, *share))


LOOKS = "120/hour"
"""How often one network may open a page that takes long to make. Those who are given its link open it a few times."""


def look() -> None:
    """Count that a page is opened which takes long to make, for this visitor's network.

    Raises:
        TooMany: it has had its share.
    """
    _open("look", LOOKS, "This page was opened very often from your network. Please wait a while, and try again.")


def _open(what: str, share: str, refusal: str) -> None:
    if not _within(lambda: all(_limiter().hit(limit, what, network()) for limit in _parsed(share))):
        raise TooMany(refusal)


KNOCKS = "60/hour"
"""How often one network may try the organizers' door by password, or ask it for a link. Counted apart from what
supporters finish: neither takes anything from the other. A link that was mailed opens all the same."""


def knock() -> None:
    """Count a try at the organizers' door, for this visitor's network.

    Raises:
        TooMany: it has had its share.
    """
    _open("knock", KNOCKS, "The door was tried very often from your network. Please wait a while, and try again.")


def _within(question: Callable[[], bool]) -> bool:
    """Whether something is within its limits; it is where nobody can say: a letter is worth more."""
    answer = _keep(question)
    if answer is None:
        metrics.LIMITS_NOT_KEPT.inc()
    if answer is False:
        log.warning("limit reached", extra={"route": str(request.url_rule)})
    return answer is not False


def _keep(do: Callable[[], bool]) -> bool | None:
    """Ask, or tell, whatever keeps the counts; None where it does not answer."""
    try:
        return commons.guard(do) if commons.url else do()
    except Exception as error:
        log.error("limits not kept", extra={"error": type(error).__name__})
        return None


@cache
def _parsed(limits: str) -> list[RateLimitItem]:
    return parse_many(limits)


def _limiter() -> MovingWindowRateLimiter:
    found: MovingWindowRateLimiter = current_app.extensions["limits"]
    return found


def init_app(app: Flask) -> None:
    shared: Commons = app.extensions["campaign"].commons
    prefix = f"{PREFIX}limits"
    storage = RedisStorage(shared.url, connection_pool=shared.pool, key_prefix=prefix) if shared.url else Windows()
    app.extensions["limits"] = MovingWindowRateLimiter(storage)
