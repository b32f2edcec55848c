"""A visit to a member's local office, as an entry for a calendar (RFC 5545)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from campaign.congress import LocalOffice, Office

AHEAD = timedelta(days=7)
"""How long from today: time to call ahead."""

HOUR, LENGTH = time(10), timedelta(minutes=30)
"""When offices are open. In the calendar's own time zone, whichever that is: the office is near."""


def entry(office: Office, place: LocalOffice, summary: str, description: str, today: date) -> bytes:
    """An entry on a weekday a week from `today`, to be moved to the day that is agreed with the office.

    The same office on the same day makes the same entry: a calendar that takes it twice has it once.
    """
    from icalendar import Calendar, Event  # long to load, and few ask for an entry

    day = today + AHEAD
    while day.weekday() > 4:
        day += timedelta(days=1)
    start = datetime.combine(day, HOUR)
    event = Event()
    event.add("uid", f"{office.seat}-{place.code}-{day.isoformat()}@lifeline")
    event.add("dtstamp", datetime.combine(today, time()))
    event.add("dtstart", start)
    event.add("dtend", start + LENGTH)
    event.add("summary", summary)
    event.add("location", ", ".join(place.lines))
    event.add("description", description)
    calendar = Calendar()
    calendar.add("prodid", "-//Lifeline//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
