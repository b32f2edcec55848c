"""How the campaign's files are written: TOML for what has fields, plain paragraphs for what is prose.

A *passage file* holds alternatives of one text, one a paragraph, with blank lines between. A line that begins with
`#` is a note to other writers.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")


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


def read(file: Path) -> str:
    """The text of a file.

    Raises:
        Unreadable: it is missing, or not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Unreadable(file, 1, "this file is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(file, 1, f"this file cannot be read as UTF-8 text: {error}") from None


def passages(file: Path) -> tuple[Passage, ...]:
    """The paragraphs of a passage file, each as one line of text.

    Raises:
        Unreadable: see `read`.
    """
    found: list[Passage] = []
    lines: list[str] = []
    start = 0
    for number, raw in enumerate([*read(file).splitlines(), ""], start=1):
        line = raw.strip()
        if line.startswith("#"):
            continue
        if line:
            start = start if lines else number
            lines.append(line)
        elif lines:
            found.append(Passage(" ".join(lines), file, start))
            lines = []
    return tuple(found)


def table(file: Path, kind: type[T]) -> T:
    """A TOML file as a value of type `kind`.

    Raises:
        Unreadable: it is not TOML, or does not have the fields that `kind` asks for.
    """
    text = read(file)
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        raise Unreadable(file, int(at[1]) if at else 1, f"this is not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise Unreadable(file, line_of(text, str(error)), str(error)) from None


def line_of(text: str, problem: str) -> int:
    """The line of the last name that a problem mentions, as near as a look at the text can tell."""
    names = re.findall(r"[A-Za-z][\w-]*", problem)
    for name in reversed(names):
        pattern = rf'(?m)^\s*(?:\[+\s*)?(?:[\w-]+\.)*"?{re.escape(name)}"?\s*(?:=|\]|\.)'
        if at := re.search(pattern, text):
            return text.count("\n", 0, at.start(0) + len(at[0]) - len(at[0].lstrip())) + 1
    return 1
