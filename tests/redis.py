"""The Redis server of the tests, where one answers on this machine."""

from __future__ import annotations

import os

from redis import Redis
from redis.exceptions import RedisError

DATABASES = 16
"""As many as a Redis server has unless it is told otherwise."""


def _own() -> int:
    """One of the server's databases for each process that tests; the first one is left to others."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return 1 + int(worker.removeprefix("gw")) % (DATABASES - 1)


REDIS_URL = f"redis://127.0.0.1:{os.environ.get('REDIS_PORT', '6379')}/{_own()}"


def redis_answers(url: str = REDIS_URL) -> bool:
    """Whether there is such a server."""
    redis = Redis.from_url(url, socket_connect_timeout=3)
    try:
        return bool(redis.ping())
    except RedisError:
        return False
    finally:
        redis.close()
