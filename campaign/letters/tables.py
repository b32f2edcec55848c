"""TOML files as typed values; whatever is wrong in one is said with its line, in words that help to mend it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from campaign.letters.files import Unreadable, read

T = TypeVar("T")

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
_REST = r"[^\s\\\x00-\x20\x7f]*"  # browsers take a backslash for a slash

TEXT_PATTERN = r"\S"
CODE_PATTERN = r"\A[a-z0-9]+(-[a-z0-9]+)*\Z"
PAGE_PATTERN = rf"\Ahttps://{_HOST}(?::\d+)?(?:[/?#]{_REST})?\Z"
PARAMETER_PATTERN = r"\A[A-Za-z][A-Za-z0-9_-]*\Z"
STATUS_PATTERN = r"\A(?:draft|live|ended)\Z"
ACTION_PATTERN = r"\A(?:call|visit)\Z"
LINK_PATTERN = rf"\A(?:https://{_HOST}(?::\d+)?(?:[/?#]{_REST})?|mailto:[\w.+-]+@{_HOST}(?:\?{_REST})?)\Z"

_FORMS = {
    TEXT_PATTERN: "this is empty",
    CODE_PATTERN: "a code is made of small letters, digits and hyphens",
    PAGE_PATTERN: "a page's address begins with https:// and a plain host name",
    PARAMETER_PATTERN: "a parameter's name begins with a letter and has letters, digits, _ and - alone",
    STATUS_PATTERN: "a letter is draft, live or ended",
    ACTION_PATTERN: "an action is call or visit",
    LINK_PATTERN: "a link is an https address with a plain host name, or mailto: and an email address",
}

Text = Annotated[str, msgspec.Meta(pattern=TEXT_PATTERN)]
Code = Annotated[str, msgspec.Meta(pattern=CODE_PATTERN, max_length=64)]
Page = Annotated[str, msgspec.Meta(pattern=PAGE_PATTERN)]
"""The address of a web page: https, and no user name before the host, where it could pass for another."""
Parameter = Annotated[str, msgspec.Meta(pattern=PARAMETER_PATTERN, max_length=64)]
"""The name of a parameter in a page's address."""
Status = Annotated[str, msgspec.Meta(pattern=STATUS_PATTERN)]
Action = Annotated[str, msgspec.Meta(pattern=ACTION_PATTERN)]
Link = Annotated[str, msgspec.Meta(pattern=LINK_PATTERN)]
"""Only https and mailto: whatever stands in a file ends up in an `href`."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a TOML table holds; a field that nobody knows is a mistyped one."""


def table(file: Path, kind: type[T]) -> T:
    """A TOML file as a value of type `kind`.

    Raises:
        Unreadable: it is missing, is not TOML, or does not have the fields that `kind` asks for.
    """
    text, data = _parse(file)
    value: T = _convert(data, kind, file, text)
    return value


def tables(file: Path, kind: Any) -> dict[str, Any]:
    """A TOML file of entries, each a value of type `kind` under a code of its own.

    Raises:
        Unreadable: see `table`.
    """
    text, data = _parse(file)
    # One by one: the decoder does not say in which entry of a mapping it met a problem.
    return {
        _convert(code, Code, file, text, code): _convert(value, kind, file, text, code) for code, value in data.items()
    }


def line_in(file: Path, *way: str | int) -> int:
    """The line in which a name stands: `line_in(file, "reasons", 1, "label")`. Where it is not, what would hold it.

    A file that cannot be read any more has one line, the first: that it changed meanwhile is found out elsewhere.
    """
    try:
        return _line(read(file), *way)
    except Unreadable:
        return 1


def _line(text: str, *way: str | int) -> int:
    # TOML's own reader says when a name has appeared: it does in the first line after which the text so far has it.
    names = [step for step in way if isinstance(step, str)]
    if not names:
        return 1
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if names[-1] in line and _holds(_beginning(lines, number), way):
            return number
    return _line(text, *way[:-1])


def _beginning(lines: list[str], count: int) -> Any:
    """What the first `count` lines say, and as many more as it takes to end a value of several lines."""
    for end in range(count, len(lines) + 1):
        try:
            return tomllib.loads("\n".join(lines[:end]))
        except ValueError:
            continue
    return {}


def _holds(value: Any, way: tuple[str | int, ...]) -> bool:
    for step in way:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _parse(file: Path) -> tuple[str, dict[str, Any]]:
    text = read(file)
    try:
        return text, tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError is one; so is a number with more digits than Python reads
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else text.rstrip().count("\n") + 1
        raise Unreadable(file, line, f"this is not TOML: {error}") from None


def _convert(value: object, kind: Any, file: Path, text: str, *way: str | int) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problem, _, inside = str(error).partition(" - at ")
        steps = [int(index) if index else name for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", inside)]
        field = re.findall(r"field `(.+)`", problem)
        for pattern, words in _FORMS.items():
            if problem.endswith(f"matching regex {pattern!r}"):
                problem = words
        name = ".".join(map(str, [*way, *steps]))
        raise Unreadable(file, _line(text, *way, *steps, *field), f"{name}: {problem}" if name else problem) from None
