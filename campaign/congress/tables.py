"""The tables of facts: JSON files, their source and date on top, one record a line so that changes can be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from campaign.errors import Misconfigured

TABLES = Path(__file__).resolve().parent / "data"
"""The tables that come with the project."""

HOME = "congress"
"""The folder in `DATA_DIR` for tables that are newer than the project's own."""


def read(path: Path) -> dict[str, Any]:
    """One table.

    Raises:
        Misconfigured: the file is missing or is no table; the message names it.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"Cannot read the table {path}: {error}") from None
    if not isinstance(table, dict) or "as_of" not in table:
        raise Misconfigured(f"{path} is not a table of this project: it names no date.")
    return table


@contextmanager
def complete(place: Path) -> Iterator[None]:
    """Say of a table that lacks something that it cannot be read.

    Raises:
        Misconfigured: something is missing in it, or is of another kind.
    """
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Misconfigured(f"Cannot read the tables in {place}: {type(error).__name__} {error}") from None


def write(path: Path, head: Mapping[str, Any], records: str, rows: Mapping[str, Any] | Iterable[Any]) -> None:
    """Write a table whose `records` are an object (keys sorted) or a list (in the order given), one to a line."""
    if isinstance(rows, Mapping):
        opening, closing = "{", "}"
        lines = [f"{_compact(key)}:{_compact(rows[key])}" for key in sorted(rows)]
    else:
        opening, closing = "[", "]"
        lines = [_compact(row) for row in rows]
    top = "".join(f"{_compact(key)}: {_compact(value)},\n" for key, value in head.items())
    text = f"{{\n{top}{_compact(records)}: {opening}\n" + ",\n".join(lines) + f"\n{closing}\n}}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
