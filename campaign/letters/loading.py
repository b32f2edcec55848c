"""Reading `letters/` whole, and reading it again when somebody has changed it."""

from __future__ import annotations

import logging
import re
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from campaign.errors import Misconfigured
from campaign.letters import rules
from campaign.letters.bank import (
    CODE_PATTERN,
    Bank,
    Campaign,
    Code,
    Destination,
    Fact,
    Letter,
    LetterFile,
    PledgeKind,
    Text,
)
from campaign.letters.files import Finding, Passage, Unreadable, passages, table

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the files are looked at for changes."""


def read_bank(folder: Path, today: date | None = None) -> tuple[Bank | None, list[Finding]]:
    """The bank, and everything wrong with it. There is no bank where a file could not be read at all."""
    findings: list[Finding] = []

    def get(name: str, kind: Any) -> Any:
        try:
            return table(folder / name, kind)
        except Unreadable as error:
            findings.append(error.finding)
            return None

    parts = {
        "campaign": get("campaign.toml", Campaign),
        "facts": get("facts.toml", dict[Code, Fact]),
        "roles": get("roles.toml", dict[Code, Text]),
        "pledges": get("pledges.toml", dict[Code, PledgeKind]),
        "destinations": get("destinations.toml", dict[Code, Destination]),
    }
    letters: dict[str, Letter] = {}
    for file in sorted(folder.glob("*/letter.toml")):
        try:
            letters[file.parent.name] = _letter(file.parent)
        except Unreadable as error:
            findings.append(error.finding)
    if findings:
        return None, findings
    bank = Bank(**parts, letters=letters)
    findings += rules.findings(bank, folder, today or datetime.now(UTC).date())
    return bank, findings


def check(folder: Path, today: date | None = None) -> list[Finding]:
    """All findings about the files in a folder, errors first."""
    return sorted(read_bank(folder, today)[1], key=lambda finding: (finding.level, str(finding.file), finding.line))


def load(folder: Path) -> Bank:
    """The bank from a folder.

    Raises:
        Misconfigured: a file has an error; the message names file and line.
    """
    bank, findings = read_bank(folder)
    for finding in findings:
        if finding.level == "error":
            raise Misconfigured(f"{finding.file}:{finding.line}: {finding.text}")
    assert bank is not None  # noqa: S101  (no bank without an error)
    return bank


class LetterBank:
    """The bank as it stands now: changed files are read again without a restart.

    A change with an error in it changes nothing: the last good bank stays, and the log says why.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = _state(folder)
        self._bank = load(folder)
        self._looked = time.monotonic()
        self._lock = threading.Lock()

    def current(self) -> Bank:
        """The bank, not older than a second."""
        if time.monotonic() - self._looked >= LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked = time.monotonic()
                self._lock.release()
        return self._bank

    def _look(self) -> None:
        state = _state(self._folder)
        if state == self._state:
            return
        self._state = state
        try:
            self._bank = load(self._folder)
        except Misconfigured as problem:
            log.error("letters kept as they were", extra={"problem": problem.message})
        else:
            log.info("letters read again", extra={"letters": len(self._bank.letters)})


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and time: differs whenever something was changed."""
    state = {}
    for file in folder.rglob("*"):
        try:
            status = file.stat()
        except FileNotFoundError:  # an editor at work
            continue
        state[str(file)] = (status.st_mtime_ns, status.st_size)
    return state


def _letter(folder: Path) -> Letter:
    if not re.fullmatch(CODE_PATTERN, folder.name):
        raise Unreadable(folder / "letter.toml", 1, "a letter's folder is named in small letters, digits and hyphens")

    def group(kind: str) -> dict[str, tuple[Passage, ...]]:
        return {file.stem: passages(file) for file in sorted((folder / kind).glob("*.txt"))}

    return Letter(
        slug=folder.name,
        file=table(folder / "letter.toml", LetterFile),
        subjects=passages(folder / "subjects.txt"),
        openings=group("openings"),
        reasons=group("reasons"),
        asks=group("asks"),
    )
