"""The picture of all seats: geometry alone. Each state is a small picture of its own, so that a narrow screen has one
below the other. Its senators come first, as circles, and its House seats follow as squares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from campaign.congress.seats import state_of
from campaign.coverage import Seat

SIDE = 24
"""Pixels along a seat's side: what a finger can press."""

GAP = 3

ACROSS = 8
"""Seats in one row: as many as fit a screen of 320 pixels, with the state's name beside them."""

EDGE = 1.5
"""Room for half the line around a seat."""

MARK = 7
"""Height of the mark of a seat that few have written to."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One seat in its state's picture."""

    seat: Seat
    x: float
    y: float
    label: str
    """What stands on it: a district's number, `AL` where a state has one seat, a senator's class."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One state."""

    state: str
    cells: tuple[Cell, ...]
    width: float
    height: float

    @property
    def heard(self) -> int:
        """How many of its offices have heard from somebody."""
        return sum(1 for cell in self.cells if cell.seat.reach in ("few", "many"))


def pictures(seats: Iterable[Seat]) -> list[Picture]:
    """A picture for each state, in the order in which the states come. A state's seats come one after the other."""
    by_state: dict[str, list[Seat]] = {}
    for seat in seats:
        by_state.setdefault(state_of(seat.office.seat), []).append(seat)
    return [_picture(state, found) for state, found in by_state.items()]


def _picture(state: str, seats: list[Seat]) -> Picture:
    cells = []
    for number, seat in enumerate(seats):
        row, column = divmod(number, ACROSS)
        code = seat.office.seat[3:]
        label = str(int(code)) if code.isdecimal() else code
        cells.append(Cell(seat, EDGE + column * (SIDE + GAP), EDGE + row * (SIDE + GAP), label))
    across = min(len(seats), ACROSS)
    down = -(-len(seats) // ACROSS)
    return Picture(state, tuple(cells), _length(across), _length(down))


def _length(seats: int) -> float:
    return 2 * EDGE + seats * SIDE + (seats - 1) * GAP
