"""The page of one office as it is shown in the organizers' room and behind a link: what both need to know."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import clock, drafts, office_reports
from campaign.addresses import Address
from campaign.congress import Office
from campaign.delivery.packs import Brought
from campaign.models import Delivery
from campaign.office_reports import Figures, Voices
from campaign.web.extensions import congress, database, keys, parts, settings

KEPT_SECONDS = 300.0
"""How old the figures of an office may be, unless a letter to it has come since: they take a second where many have
written. What was taken back meanwhile is quoted no more, see `Voices.stand`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was worked out for one office."""

    key: tuple[str, int | None]
    """Who holds the seat, and the newest letter to it."""
    until: float
    as_of: datetime
    figures: Figures
    voices: Voices


class Offices:
    """What was last worked out, by seat."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}
        # One for each seat: many who open the same page wait for one, and for no other's.
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def of(self, office: Office) -> Kept:
        with self._locks[office.seat], database.read() as session:
            now = clock.wall()
            newest = session.scalar(
                select(Delivery.id).where(Delivery.seat == office.seat).order_by(Delivery.id.desc()).limit(1)
            )
            key = (office.bioguide or "", newest)
            kept = self._kept.get(office.seat)
            if kept is None or kept.key != key or time.monotonic() >= kept.until or not kept.voices.stand(session, now):
                kept = self._kept[office.seat] = _work_out(session, office, key, now)
            return kept


def _work_out(session: Session, office: Office, key: tuple[str, int | None], now: datetime) -> Kept:
    letters, to = parts().letters.current(), drafts.addressee(office, 0)

    def own(letter: Brought) -> Iterable[str]:
        home = Address(letter.street, letter.town, letter.state, letter.zip)
        return drafts.own_paragraphs(letter.body, home, letters, to)

    visit_kinds = [code for code, kind in letters.pledges.items() if kind.action == "visit"]
    return Kept(
        key=key,
        until=time.monotonic() + KEPT_SECONDS,
        as_of=now,
        figures=office_reports.figures(session, office.seat, key[0], visit_kinds),
        voices=office_reports.voices(session, keys, office.seat, key[0], own, now),
    )


def page(seat: str) -> dict[str, Any]:
    """What the template of an office's page needs.

    Raises:
        NotFound: there is no such seat.
    """
    office = congress.office(seat, clock.calendar(settings))
    kept = cast(Offices, current_app.extensions["offices"]).of(office)
    return {
        "office": office,
        "figures": kept.figures,
        "voices": kept.voices,
        "as_of": kept.as_of,
        "newest": office_reports.NEWEST,
        "crowd": office_reports.CROWD,
    }


def init_app(app: Flask) -> None:
    app.extensions["offices"] = Offices()
