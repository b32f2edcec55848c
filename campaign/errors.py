"""What a caller may have to answer for.

Every error that can be somebody's to answer derives from `Problem`. It carries a code (stable, for machines), a
message (for the person who can do something about it) and, where one field is to blame, that field's name. Only
`web` knows how to turn one into a page or a JSON body.

The message is a gettext msgid with `%(name)s` places; `web` translates it before it fills them in.
"""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """An error with a code and a sentence for whoever must answer it."""

    code = "problem"
    status = 422

    def __init__(self, msgid: str, *, field: str | None = None, **values: Any) -> None:
        self.msgid = msgid
        self.values = values
        self.field = field
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.msgid % self.values if self.values else self.msgid


class Malformed(Problem):
    """What was given cannot be what was asked for."""

    code = "malformed"


class NotFound(Problem):
    """There is nothing of that name."""

    code = "not_found"
    status = 404


class Conflict(Problem):
    """It clashes with what is stored already."""

    code = "conflict"
    status = 409


class Forbidden(Problem):
    """It may not be done by whoever asks."""

    code = "forbidden"
    status = 403


class Unsigned(Problem):
    """It does not bear the signature that it needs."""

    code = "unsigned"
    status = 401


class Misconfigured(Problem):
    """A setting or a file of the campaign is wrong; the operator has to mend it."""

    code = "misconfigured"
    status = 500
