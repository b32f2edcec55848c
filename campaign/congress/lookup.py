"""From a ZIP code, and a street address where it takes one, to the offices that represent whoever lives there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from campaign.addresses import NO_MEMBER, STATES
from campaign.config import EASTERN
from campaign.congress.inquiries import Inquiries
from campaign.congress.offices import SWITCHBOARD, Office
from campaign.congress.points import Point
from campaign.congress.remote import Unavailable
from campaign.congress.roster import Roster
from campaign.congress.seats import HOUSE_SEATS, SENATE_SEATS, TERRITORIES, district_name, state_of
from campaign.congress.terms import Term, congress_at
from campaign.congress.zips import Zips, is_military
from campaign.errors import Malformed, NotFound

Needs = Literal["street", "state", "home", "choice"]
Source = Literal["zip", "census", "geocodio", "state"]


@dataclass(frozen=True, slots=True)
class Query:
    """What a supporter typed, parsed already. Only the ZIP code is required."""

    zip: str
    street: str = ""
    city: str = ""
    state: str = ""

    def __repr__(self) -> str:
        # An address must not reach a log through somebody's debug output.
        return f"Query({self.state})"


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that explains an answer: like a problem's, a gettext msgid and values for its `%(name)s` places."""

    code: str
    msgid: str
    values: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence; in English, unless `translate` knows better."""
        return translate(self.msgid) % self.values if self.values else translate(self.msgid)


@dataclass(frozen=True, slots=True)
class Answer:
    """Who represents the supporter, as far as it is known, and what else it takes to know more."""

    offices: tuple[Office, ...]
    """Senators first, then the House member where the district is certain."""
    district: str | None
    candidates: tuple[Office, ...]
    """The House offices that remain possible while the district is not certain."""
    needs: Needs | None
    as_of: date
    source: Source
    notes: tuple[Note, ...] = ()
    states: tuple[str, ...] = ()
    """The states the ZIP code may be in; more than one when `needs` is "state"."""
    point: Point | None = None
    """Where the address is, as coarsely as a town, where a geocoder told."""

    def doubted(self) -> Answer:
        """The same, where the supporter says that the district is not theirs: its member is a candidate again."""
        if not self.district:
            return self
        *senators, house = self.offices
        return replace(self, offices=tuple(senators), district=None, candidates=(house,), needs="choice")

    def to_json(self, translate: Callable[[str], str] = str) -> dict[str, Any]:
        """The answer as the public interface shows it."""
        return {
            "offices": [office.to_json() for office in self.offices],
            "district": self.district,
            "candidates": [office.to_json() for office in self.candidates],
            "needs": self.needs,
            "as_of": self.as_of.isoformat(),
            "source": self.source,
            "notes": [{"code": note.code, "text": note.sentence(translate)} for note in self.notes],
        }


def look_up(query: Query, roster: Roster, zips: Zips, geocoder: Inquiries, term: Term | None, now: datetime) -> Answer:
    """Who represents whoever lives there.

    The ladder: a place without a member, a military address and a ZIP code in two states are told apart first. A
    state with one seat is answered outright. A street address is asked of the Census Bureau, once. Where that does
    not settle it, the ZIP table's districts are the candidates; a single one is the answer.

    Raises:
        Malformed: the state typed is not where the ZIP code is (`field` is `state`).
        NotFound: there can be no such ZIP code.
    """
    if is_military(query.zip):
        return _without_offices(roster, "zip", MILITARY, needs="home")
    states = zips.states(query.zip)
    if not states:
        raise NotFound("There is no ZIP code %(zip)s.", field="zip", zip=query.zip)
    if query.state and not zips.may_be_in(query.zip, query.state):
        raise Malformed(
            "This ZIP code and this state do not belong together: %(state)s.", field="state", state=STATES[query.state]
        )
    listed = zips.seats(query.zip)
    source: Source = "zip" if listed else "state"
    if not query.state and len(states) > 1:
        named = ", ".join(STATES[state] for state in states)
        note = Note("two_states", "This ZIP code may be in any of these: %(states)s. Choose yours.", {"states": named})
        return _without_offices(roster, source, note, needs="state", states=states)
    state = query.state or states[0]
    if state in NO_MEMBER:
        place = {"place": NO_MEMBER[state]}
        note = Note("no_member", "Nobody represents %(place)s in the Congress of the United States.", place)
        return _without_offices(roster, source, note, states=states)
    of_state = [seat for seat in listed if state_of(seat) == state]
    tells = zips.congress == congress_at(now) or _same_map(zips, state, term)
    found = _find_district(query, state, of_state, geocoder, now, tells=tells)
    return _answer(found, state, roster, now)


MILITARY = Note(
    "military",
    "This is a military or diplomatic address. Whoever represents your voting address at home represents you: "
    "enter the ZIP code of that address.",
)


@dataclass(frozen=True, slots=True)
class _Found:
    """The House seats that are possible, and how they were found."""

    seats: tuple[str, ...]
    source: Source
    needs: Needs | None = None
    notes: tuple[Note, ...] = ()
    point: Point | None = None


def _find_district(
    query: Query, state: str, listed: list[str], geocoder: Inquiries, now: datetime, *, tells: bool
) -> _Found:
    """The House seats in `state` that may be the supporter's.

    `listed` are those of the ZIP table, and `tells` is whether its districts are still the state's.
    """
    source: Source = "zip" if listed else "state"
    if len(HOUSE_SEATS[state]) == 1:
        return _Found(HOUSE_SEATS[state], source)
    notes: list[Note] = []
    if not tells:
        listed, source = [], "state"
        notes.append(
            Note("new_map", "Districts may have changed. Your street address tells yours; a ZIP code alone does not.")
        )
    elif not listed:
        notes.append(Note("unlisted", "This ZIP code alone does not tell your district. Your street address can."))
    if not query.street:
        return _Found(tuple(listed), source, None if len(listed) == 1 else "street", tuple(notes))
    try:
        found = geocoder.ask(query.street, query.city, state, query.zip, now)
    except Unavailable:
        notes.append(Note("geocoder_unavailable", "The service that finds addresses did not answer just now."))
    else:
        if len(found.seats) == 1:
            return _Found(tuple(found.seats), found.source, point=found.point)
        if found.seats:
            note = Note("several_matches", "This address is found in more than one district. Choose yours.")
            return _Found(tuple(sorted(found.seats)), found.source, "choice", (note,))
        notes.append(Note("no_match", "This address is not found. Check how it is written."))
    # Where nothing tells the district, whoever knows their representative can still say so.
    possible = tuple(listed) or HOUSE_SEATS[state]
    return _Found(possible, source, None if len(possible) == 1 else "choice", tuple(notes))


def _same_map(zips: Zips, state: str, term: Term | None) -> bool:
    """Whether a state is known to keep the districts of the Congress before, whose table this is."""
    return term is not None and term.number == zips.congress + 1 and state in term.same_map


def _answer(found: _Found, state: str, roster: Roster, now: datetime) -> Answer:
    """The offices for what was found."""
    on = now.astimezone(EASTERN).date()

    def offices(seats: Iterable[str]) -> tuple[Office, ...]:
        return tuple(roster.office(seat, on) for seat in seats)

    district = found.seats[0] if len(found.seats) == 1 and found.needs is None else None
    senators = offices(SENATE_SEATS.get(state, ()))
    house = offices(found.seats)
    notes = list(found.notes)
    if state in TERRITORIES:
        text = "You have no senators. Your %(title)s sits in the House, without a vote on its floor."
        notes.append(Note("no_senators", text, {"title": house[0].title}))
    shown = senators + house if district else senators
    for office in shown:
        if office.vacant:
            notes.append(_vacant(office, alone=not senators))
    return Answer(
        offices=shown,
        district=district,
        candidates=() if district else house,
        needs=found.needs,
        as_of=roster.as_of,
        source=found.source,
        notes=tuple(notes),
        states=(state,),
        point=found.point,
    )


def _vacant(office: Office, *, alone: bool) -> Note:
    """What can still be done where nobody holds a seat; `alone` is whether it is the place's only one."""
    values = {
        "district": district_name(office.seat),
        "date": office.as_of.isoformat(),
        "phone": SWITCHBOARD,
    }
    if office.chamber == "senate":
        return Note(
            "vacant",
            "A seat of %(district)s in the Senate was vacant on %(date)s. Your other members can be written to.",
            values,
        )
    if alone:
        return Note(
            "vacant",
            "The seat of %(district)s was vacant on %(date)s. The House leadership is reached through the Capitol’s "
            "switchboard: %(phone)s.",
            values,
        )
    return Note(
        "vacant",
        "The seat of %(district)s was vacant on %(date)s. Your senators can be written to; the House leadership is "
        "reached through the Capitol’s switchboard: %(phone)s.",
        values,
    )


def _without_offices(
    roster: Roster, source: Source, note: Note, needs: Needs | None = None, states: tuple[str, ...] = ()
) -> Answer:
    return Answer((), None, (), needs, roster.as_of, source, (note,), states)
