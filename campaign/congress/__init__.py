"""Congress: who holds each seat, which ZIP code is where, and the look-up that leads from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from campaign.commons import Commons
from campaign.config import EASTERN, Settings
from campaign.congress.geocoder import Geocoder
from campaign.congress.geocodio import Geocodio
from campaign.congress.inquiries import Geocoding, Inquiries
from campaign.congress.lookup import Answer, Note, Query, look_up
from campaign.congress.offices import Committee, LocalOffice, Office, nearest_first
from campaign.congress.roster import Roster
from campaign.congress.standing import standing_roster, standing_zips
from campaign.congress.tables import TABLES
from campaign.congress.terms import Terms, congress_at
from campaign.congress.zips import Zips

__all__ = ["Answer", "Committee", "Congress", "LocalOffice", "Note", "Office", "Query", "Roster", "nearest_first"]


STALE_DAYS = 60
"""Deaths, resignations and special elections change a handful of seats a year; new offices move more often."""


@dataclass(frozen=True, slots=True)
class Congress:
    """Everything known about Congress, loaded once and shared by all threads."""

    current_roster: Callable[[], Roster]
    current_zips: Callable[[], Mapping[int, Zips]]
    terms: Terms
    geocoder: Inquiries

    @classmethod
    def load(cls, settings: Settings, commons: Commons | None = None) -> Congress:
        """Read the tables.

        Args:
            commons: where answers of the geocoders are remembered for all processes.

        Raises:
            Misconfigured: one of them cannot be read.
        """
        terms = Terms.load(settings.data_dir, TABLES)
        services: list[Geocoding] = [Geocoder(settings.census_url, terms)]
        if settings.geocodio_key:
            services.append(Geocodio(settings.geocodio_url, settings.geocodio_key))
        return cls(
            current_roster=standing_roster(settings.data_dir, TABLES).current,
            current_zips=standing_zips(settings.data_dir, TABLES).current,
            terms=terms,
            geocoder=Inquiries(services, commons=commons),
        )

    def held_still(self) -> Congress:
        """The same, with the roster as it is now, also when another process renews it meanwhile."""
        roster = self.roster
        return replace(self, current_roster=lambda: roster)

    @property
    def roster(self) -> Roster:
        """Who holds each seat, as far as is known now."""
        return self.current_roster()

    def zips(self, now: datetime) -> Zips:
        """The ZIP table of the Congress that sits, or else of the last one before it that there is."""
        by_congress = self.current_zips()
        sitting = congress_at(now)
        return by_congress[max((number for number in by_congress if number <= sitting), default=min(by_congress))]

    @property
    def as_of(self) -> date:
        """The day whose members these are."""
        return self.roster.as_of

    def is_stale(self, on: date) -> bool:
        """Whether members may well have changed since `as_of`."""
        return (on - self.as_of).days > STALE_DAYS

    def look_up(self, query: Query, now: datetime) -> Answer:
        """Who represents whoever lives there. `now` is the calendar's moment; it says which Congress sits.

        Raises:
            Malformed: the state typed is not where the ZIP code is.
            NotFound: there can be no such ZIP code.
        """
        return look_up(query, self.roster, self.zips(now), self.geocoder, self.terms.at(now), now)

    def office(self, seat: str, now: date | datetime) -> Office:
        """The office of a seat.

        Raises:
            NotFound: there is no such seat.
        """
        return self.roster.office(seat, now.astimezone(EASTERN).date() if isinstance(now, datetime) else now)
