"""Files that somebody sends along: no form of ours takes one, so they are read past and kept nowhere.

Werkzeug would write a large one to the machine's folder for temporary files, and leave it open where the body ends too
soon.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from flask import Request


class Sink(BytesIO):
    """Takes everything and holds nothing."""

    def write(self, data: Any, /) -> int:
        """As many bytes as are given count as written."""
        return len(data)


class WithoutFiles(Request):
    """A request in which every file is empty."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return Sink()
