"""How it goes, in numbers for whoever watches the machine: `/metrics`, in the form that Prometheus reads.

What this process has seen is counted as it happens; how things stand in the database is asked when somebody looks. No
number says anything of a person: routes are told by their rules, never by the addresses that were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from campaign import beats, clock, counting
from campaign.models import Mail
from campaign.web.extensions import commons, congress, database

SEEN = CollectorRegistry()
"""What this process counts itself."""

REQUESTS = Counter("lifeline_requests", "Requests answered.", ("route", "status"), registry=SEEN)
SECONDS = Histogram(
    "lifeline_request_seconds",
    "How long an answer took.",
    ("route",),
    registry=SEEN,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
SHED = Counter("lifeline_shed", "Requests turned away because too many came at once.", registry=SEEN)
LIMITS_NOT_KEPT = Counter("lifeline_limits_not_kept", "Times that nobody could be held to a limit.", registry=SEEN)
LOOKUPS = Counter("lifeline_lookups", "Look-ups of who represents somebody.", ("outcome",), registry=SEEN)

HOUR = timedelta(hours=1)

NOWHERE = "none"
"""The route of what no rule leads to."""


def looked_up(source: str) -> None:
    """Count a look-up, by what answered it: see `lookup.Source`."""
    LOOKUPS.labels(source).inc()


def seen(route: str, status: int, seconds: float) -> None:
    """Count an answer."""
    REQUESTS.labels(route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


def exposition() -> bytes:
    """All numbers, as text."""
    asked = CollectorRegistry()
    asked.register(Standing())
    return generate_latest(SEEN) + generate_latest(asked)


class Standing(Collector):
    """How things stand."""

    def collect(self) -> Iterator[Metric]:
        """The numbers; of the database none, where it does not answer."""
        now = clock.wall()
        yield _gauge("redis_failures", "Times that Redis did not answer this process.", commons.failures)
        age = (now.date() - congress.as_of).total_seconds()
        yield _gauge("roster_age_seconds", "How old the list of members of Congress is.", age)
        try:
            with database.read() as session:
                found = list(_stored(session, now))
        except SQLAlchemyError:
            yield _gauge("database_up", "Whether the database answers.", 0)
            return
        yield _gauge("database_up", "Whether the database answers.", 1)
        yield from found


def _stored(session: Session, now: datetime) -> Iterator[Metric]:
    mails = GaugeMetricFamily("lifeline_mails_last_hour", "Mails, by what became of them.", labels=("outcome",))
    for outcome, moment in (("sent", Mail.sent_at), ("failed", Mail.failed_at)):
        n = session.scalar(select(func.count()).where(moment > now - HOUR))
        mails.add_metric((outcome,), n or 0)
    yield mails
    waiting = (Mail.sent_at.is_(None), Mail.failed_at.is_(None), Mail.due_at <= now)
    oldest = session.scalar(select(func.min(Mail.due_at)).where(*waiting))
    yield _gauge("mail_oldest_seconds", "How long the mail has waited that is due longest.", _since(oldest, now))
    beat = beats.last(session, beats.WORKER)
    if beat:
        yield _gauge("worker_beat_age_seconds", "Since when the worker has not been seen.", _since(beat, now))
    yield _gauge("uncounted", "Rows that the totals lack, up to 10,000.", counting.backlog(session, 10_000))


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"lifeline_{name}", what, value)
