"""Reading `letters/` whole, and reading it again when somebody has changed it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from campaign.errors import Misconfigured
from campaign.letters import rules
from campaign.letters.bank import Bank, Campaign, Destination, Fact, Letter, LetterFile, PledgeKind, Question
from campaign.letters.files import Finding, Passage, Unreadable, listing, passages
from campaign.letters.tables import CODE_PATTERN, Text, table, tables
from campaign.rereading import Reread


def read_bank(folder: Path, today: date | None = None) -> tuple[Bank | None, list[Finding]]:
    """The bank, and everything wrong with it; with an error in it, it is not to be used.

    A letter that cannot be read is left out, so that the others are checked all the same. Without one of the tables
    that all letters need there is no bank.
    """
    findings: list[Finding] = []

    def get(reader: Callable[[Path, Any], Any], name: str, kind: Any) -> Any:
        try:
            return reader(folder / name, kind)
        except Unreadable as error:
            findings.append(error.finding)
            return None

    parts = {
        "campaign": get(table, "campaign.toml", Campaign),
        "facts": get(tables, "facts.toml", Fact),
        "roles": get(tables, "roles.toml", Text),
        "questions": get(tables, "questions.toml", Question),
        "pledges": get(tables, "pledges.toml", PledgeKind),
        "destinations": get(tables, "destinations.toml", Destination),
    }
    files = listing(folder)
    letters: dict[str, Letter] = {}
    for slug in sorted({file.relative_to(folder).parts[0] for file in files if file.parent != folder}):
        try:
            letters[slug] = _letter(folder / slug, files)
        except Unreadable as error:
            findings.append(error.finding)
    if None in parts.values():
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


def letter_bank(folder: Path) -> Reread[Bank]:
    """The bank as it stands now: changed files are read again without a restart.

    Raises:
        Misconfigured: a file has an error.
    """
    return Reread("letters", lambda: _state(folder), lambda: load(folder))


def _state(folder: Path) -> dict[Path, tuple[int, ...]]:
    """Every file with what tells one version of it from another: differs whenever something was changed."""
    state: dict[Path, tuple[int, ...]] = {}
    for file in listing(folder):
        try:
            status = file.stat()
        except OSError:  # gone since it was listed, or a link to nothing
            continue
        # The inode and its own time too: a file moved over another can bring the same size and an older time along.
        state[file] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return state


def _letter(folder: Path, files: list[Path]) -> Letter:
    if not re.fullmatch(CODE_PATTERN, folder.name):
        raise Unreadable(folder / "letter.toml", 1, "a letter's folder is named in small letters, digits and hyphens")

    def group(kind: str) -> dict[str, tuple[Passage, ...]]:
        return {file.stem: passages(file) for file in files if file.parent == folder / kind and file.suffix == ".txt"}

    return Letter(
        slug=folder.name,
        file=table(folder / "letter.toml", LetterFile),
        subjects=passages(folder / "subjects.txt"),
        openings=group("openings"),
        reasons=group("reasons"),
        asks=group("asks"),
        committees=group("committees"),
    )
