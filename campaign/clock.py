"""What time it is, and what day.

Two clocks, on purpose. The *calendar* says which Congress sits, what day a letter is dated and to which day a
figure belongs; a demonstration may set it with CAMPAIGN_TODAY. The *wall clock* says when a row was written and when
a link expires; nothing overrides it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from campaign.config import Settings


def calendar(settings: Settings) -> datetime:
    """The moment at which the calendar stands, with its zone."""
    return settings.today or datetime.now(UTC)


def day(settings: Settings, timezone: ZoneInfo) -> date:
    """The calendar's day in the campaign's own time zone: the day to which a figure belongs."""
    return calendar(settings).astimezone(timezone).date()


def wall() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)
