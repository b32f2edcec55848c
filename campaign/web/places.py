"""Where a supporter lives, for their letters: settled from an answer and a choice, and looked at again later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from campaign.congress import Answer
from campaign.congress.seats import HOUSE_SEATS, SENATE_SEATS
from campaign.congress.terms import congress_at
from campaign.web.extensions import congress
from campaign.web.tokens import Place

SENATORS_ONLY = "none"
"""What somebody chooses who does not know their representative."""


def settle(zip_code: str, answer: Answer, chosen: str, now: datetime) -> Place | None:
    """The place and its seats, once it is settled who represents it; a vacant seat gets no letter."""
    (state,) = answer.states
    possible = (*HOUSE_SEATS[state], SENATORS_ONLY)
    house = chosen if chosen in possible else answer.district
    if house not in possible:
        return None
    seats = [*SENATE_SEATS.get(state, ()), *([house] if house != SENATORS_ONLY else [])]
    held = tuple(seat for seat in seats if not congress.office(seat, now).vacant)
    return Place(
        zip=zip_code,
        state=state,
        seats=held,
        members=_members(held, now),
        house=house if house != SENATORS_ONLY else None,
        congress=congress_at(now),
        point=None if chosen else answer.point,
    )


def has_changed(place: Place, now: datetime) -> bool:
    """Whether another Congress or another member has come since: the seats may be wrong, or the letters' greetings."""
    return (place.congress, place.members) != (congress_at(now), _members(place.seats, now))


def _members(seats: Sequence[str], now: datetime) -> tuple[str, ...]:
    return tuple(congress.office(seat, now).bioguide or "" for seat in seats)
