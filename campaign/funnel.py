"""How often supporters came to the steps of their way that store nothing of theirs."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from campaign.database import insert_or_add
from campaign.models import Step


class Passage(NamedTuple):
    """A step, and by what it is told apart; nothing about who took it. The names are the columns'."""

    day: date
    letter: str
    partner: str
    """Empty where there was none."""
    step: str
    """One of `models.step.STEPS`."""


def store(session: Session, passed: Counter[Passage]) -> None:
    """Add how often each step was taken."""
    rows = [passage._asdict() | {"n": n} for passage, n in sorted(passed.items())]
    insert_or_add(session, Step, rows, unique=Passage._fields, number="n")
