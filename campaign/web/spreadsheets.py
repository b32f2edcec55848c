"""Tables for spreadsheets: CSV that every one of them reads, and in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from flask import Response, make_response


def download(name: str, rows: Iterable[Iterable[str]]) -> Response:
    """The answer by which a table is saved.

    Args:
        name: the file's name, of letters, digits, dots and dashes.
    """
    # A byte-order mark tells spreadsheets that this is UTF-8.
    response = make_response("\ufeff" + _lines(rows))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def stream(names: Iterable[str], chunks: Iterable[Iterable[Iterable[str]]], *, bom: bool) -> Iterator[str]:
    """The text of a table, a piece for each chunk of its rows.

    Args:
        bom: whether a byte-order mark stands before it, by which some spreadsheets see that this is UTF-8.
    """
    yield ("\ufeff" if bom else "") + _lines([names])
    for chunk in chunks:
        yield _lines(chunk)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue()


def _cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) else value
