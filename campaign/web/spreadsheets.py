"""Tables for spreadsheets: CSV that every one of them reads, and in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask import Response, make_response


def download(name: str, rows: Iterable[Iterable[str]]) -> Response:
    """The answer by which a table is saved.

    Args:
        name: the file's name, of letters, digits, dots and dashes.
    """
    file = io.StringIO()
    # A byte-order mark tells spreadsheets that this is UTF-8.
    file.write("\ufeff")
    csv.writer(file).writerows([_cell(value) for value in row] for row in rows)
    response = make_response(file.getvalue())
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) else value
