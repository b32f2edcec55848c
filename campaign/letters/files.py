"""What the campaign's files say, read as text, and what can be found wrong with them.

A *passage file* holds alternatives of one text, one a paragraph, with blank lines between. A line that begins with
`#` is a note to other writers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Passage:
    """One alternative of a text, and where it stands."""

    text: str
    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the campaign's files. An error keeps them from being used; a warning does not."""

    level: str
    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level}: {self.text}"


class Unreadable(Exception):
    """A file that cannot be what it should be; carries the finding."""

    def __init__(self, file: Path, line: int, text: str) -> None:
        super().__init__(text)
        self.finding = Finding("error", file, line, text)


def listing(folder: Path) -> list[Path]:
    """Every file that counts: TOML and text in the folder, in its letters' folders, and one below.

    Hidden files are left out, among them the locks and copies that editors put beside a file they have open. Links are
    followed. What vanishes meanwhile, or may not be looked into, is not there.
    """
    return sorted(_walk(folder))


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=True):
        depth = len(Path(place).relative_to(folder).parts)
        # Three levels and no more: a link that leads back up must not send the walk in circles.
        folders[:] = [] if depth == 2 else [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.endswith((".toml", ".txt")) and not name.startswith("."):
                yield Path(place) / name


def read(file: Path) -> str:
    """The text of a file, its lines parted by newlines alone.

    Raises:
        Unreadable: it is missing, may not be read, or is not UTF-8.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except FileNotFoundError:
        raise Unreadable(file, 1, "this file is missing") from None
    except OSError as error:
        raise Unreadable(file, 1, f"this file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Unreadable(file, line, "this is not UTF-8; save the file in that encoding") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def passages(file: Path) -> tuple[Passage, ...]:
    """The paragraphs of a passage file, each as one line of text with single spaces.

    Raises:
        Unreadable: see `read`.
    """
    found: list[Passage] = []
    lines: list[str] = []
    start = 0
    for number, raw in enumerate([*read(file).split("\n"), ""], start=1):
        line = " ".join(raw.split())
        if line.startswith("#"):
            continue
        if line:
            start = start if lines else number
            lines.append(line)
        elif lines:
            found.append(Passage(" ".join(lines), file, start))
            lines = []
    return tuple(found)
