"""The picture of all seats: each once, none over another, none outside."""

from __future__ import annotations

from itertools import combinations

from campaign import coverage
from campaign.congress import Congress
from campaign.congress.seats import HOUSE_SEATS, SEATS
from campaign.web import seatmap
from campaign.web.seatmap import EDGE, GAP, SIDE


def test_each_seat_stands_once_in_its_states_picture_and_none_over_another(shipped: Congress) -> None:
    found = coverage.seats(shipped.roster.offices.values(), [])
    pictures = seatmap.pictures(found.values())
    assert [picture.state for picture in pictures] == sorted(HOUSE_SEATS)
    cells = [cell for picture in pictures for cell in picture.cells]
    assert sorted(cell.seat.office.seat for cell in cells) == sorted(SEATS)
    for picture in pictures:
        for cell in picture.cells:
            assert cell.seat.office.seat.startswith(picture.state)
            assert cell.x >= EDGE
            assert cell.y >= EDGE
            assert cell.x + SIDE + EDGE <= picture.width <= 216
            assert cell.y + SIDE + EDGE <= picture.height
        for one, other in combinations(picture.cells, 2):
            assert abs(one.x - other.x) >= SIDE + GAP or abs(one.y - other.y) >= SIDE + GAP
