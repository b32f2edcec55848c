"""What of the figures anybody may see. They are defined in `reports`; here it is decided which are withheld."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from campaign import reports

SMALL_CELL = 5
"""Figures by state or partner below this are withheld from the public: they could point to a person."""

FIGURES = {"letters": "letters", "confirmed": "pledges", "handovers": "handovers"}
"""What of the totals is public, and what it is called there."""


@dataclass(frozen=True, slots=True)
class PublicCounts:
    """What anybody may see. What is withheld is None; of the whole campaign, totals never are."""

    letters: int | None
    pledges: int | None
    pledges_by_kind: dict[str, int | None]
    handovers: int | None
    by_state: dict[str, int | None]
    by_partner: dict[str, int | None]


def public_counts(session: Session, partner: str | None = None) -> PublicCounts:
    """The public figures, of the whole campaign or of one partner, as far as the totals are brought forward.

    One partner's are themselves a cell by partner: where the whole campaign's figures withhold it, so do these. None
    at all is withheld, too: a figure that has gone from 0 to nothing would tell that somebody has come.
    """

    def cells(by: str, of: str | None, figure: str = "letters") -> dict[str, int | None]:
        found: dict[str, int] = {}
        for key, name, _kind, n in reports.cells(session, by, of):
            if name == figure:
                found[key] = found.get(key, 0) + n
        return withhold(found)

    totals: dict[str, int | None] = dict.fromkeys(FIGURES.values(), 0)
    kinds: dict[str, int] = {}
    for _key, figure, kind, n in reports.cells(session, "", partner):
        if name := FIGURES.get(figure):
            totals[name] = (totals[name] or 0) + n
        if figure == "confirmed":
            kinds[kind] = n
    by_kind: dict[str, int | None] = {**kinds}
    by_state, by_partner = cells("state", partner), cells("partner", None)
    if partner is not None:
        by_partner = {code: n for code, n in by_partner.items() if code == partner}
        totals = {name: cells("partner", None, figure).get(partner) for figure, name in FIGURES.items()}
        by_kind = withhold(kinds) if totals["pledges"] else {}
        by_state = by_state if totals["letters"] else {}
    return PublicCounts(totals["letters"], totals["pledges"], by_kind, totals["handovers"], by_state, by_partner)


def withhold(cells: dict[str, int]) -> dict[str, int | None]:
    """The cells without the small ones; and if that is a single one, without the next smallest, too.

    A cell that is missing alone could be told from the total. Where the total tells even so what those are that are
    missing, or that together they are few, they are not named at all: a name alone says where somebody lives.

    Args:
        cells: by state or partner; what belongs to none, with an empty key, is never shown, and hides others.
    """
    withheld = {key for key, n in cells.items() if n < SMALL_CELL or not key}
    if len(withheld) == 1 and len(cells) > 1 and all(cells[key] < SMALL_CELL for key in withheld):
        next_smallest = min(n for key, n in cells.items() if key not in withheld)
        # All of that size: if the key decided, it could be told from the others which of the two is the small one.
        withheld |= {key for key, n in cells.items() if n == next_smallest}
    missing = [cells[key] for key in withheld]
    told = sum(missing) < SMALL_CELL or set(missing) in ({1}, {SMALL_CELL - 1})
    shown = {key: None if key in withheld else n for key, n in cells.items() if key}
    return {key: n for key, n in shown.items() if n is not None or not told}
