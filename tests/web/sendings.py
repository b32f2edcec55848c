"""Bodies that a program may send to a form: of fields, files and bytes, as a browser has them and otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from hypothesis import strategies as st

from tests.hostile import TEXTS

MARK = "<q7z>"
"""Stands in what is sent, and may stand in no page as it is."""

KNOWN = (*TEXTS, "", "y", "04101", "ME", "x" * 3_000)

Pairs = list[tuple[str, str]]

NAMES = (
    *("zip", "street", "city", "state", "seat", "again", "form_token", "csrf_token", "role", "reasons", "story-tie"),
    *("name", "email", "pledges", "pledge", "asked", "agreed", "said", "sure", "opened", "homepage", "kept", "anyway"),
    *("back", "may_contact", "may_print", "may_quote", "may_share", "subject-ME-S1", "body-ME-S1", "drafted-ME-S1"),
    *("password", "new", "code", "next", "secret", "id", "amount", "date"),
)
TYPES = (
    "",
    "text/plain",
    "text/html",
    "application/json",
    "application/xml",
    "application/octet-stream",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=no-such-charset",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary="x',
    "multipart/form-data; boundary=x; charset=utf-7",
    "multipart/mixed; boundary=x",
    "\xff/\xff; q7z",
)


@dataclass(frozen=True)
class Sending:
    """What is sent: a body, and what it is called."""

    body: bytes
    content_type: str


def _texts() -> st.SearchStrategy[str]:
    # By number: Hypothesis writes out what it chooses from, and these texts are long.
    anything = st.text(max_size=40) | st.integers(0, len(KNOWN) - 1).map(lambda number: KNOWN[number])
    return st.builds(lambda text, mark: text + mark, anything, st.sampled_from(["", MARK, f'"{MARK}', f"'>{MARK}"]))


@st.composite
def _fields(draw: st.DrawFn, honest: Pairs) -> Pairs:
    """The fields of an honest form, of which some are missing, some come twice or hold something else; and others."""
    found: Pairs = []
    for name, value in honest:
        fate = draw(st.sampled_from(["kept"] * 6 + ["gone", "twice", "other", "marked"]))
        texts = {"kept": [value], "gone": [], "twice": [value, draw(_texts())], "marked": [value + MARK]}
        found += [(name, text) for text in texts.get(fate, [draw(_texts())])]
    names = st.sampled_from(NAMES) | st.text(max_size=10).map(lambda text: text + MARK)
    return found + draw(st.lists(st.tuples(names, _texts()), max_size=4))


def _urlencoded(pairs: Pairs, encoding: str) -> Sending:
    def quoted(text: str) -> str:
        return quote_plus(text.encode(encoding, "replace" if encoding != "utf-8" else "surrogatepass"))

    body = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs)
    return Sending(body.encode(), "application/x-www-form-urlencoded")


def _multipart(pairs: Pairs, files: Pairs, encoding: str, cut: int) -> Sending:
    def encoded(text: str) -> bytes:
        return text.encode(encoding, "replace")

    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (encoded(name), encoded(value))
        for name, value in pairs
    ]
    parts += [
        b'--x\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\nContent-Type: text/html\r\n\r\n%b\r\n'
        % (encoded(name), encoded(value), encoded(value))
        for name, value in files
    ]
    body = b"".join(parts) + b"--x--\r\n"
    return Sending(body[: len(body) - cut], "multipart/form-data; boundary=x")


def _json(value: Any) -> Sending:
    return Sending(json.dumps(value).encode(), "application/json")


def sendings(honest: Pairs) -> st.SearchStrategy[Sending]:
    """All that may be sent in the place of an honest form."""
    fields = _fields(honest)
    encodings = st.sampled_from(["utf-8", "utf-8", "utf-8", "latin-1", "utf-16", "utf-7"])
    files = st.lists(st.tuples(st.sampled_from(NAMES), _texts()), max_size=3)
    leaves = st.none() | st.booleans() | st.integers() | _texts()
    names = st.sampled_from(NAMES) | _texts()
    values = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=8
    )
    raw = st.binary(max_size=200) | _texts().map(lambda text: text.encode("utf-8", "surrogatepass"))
    urlencoded = st.builds(_urlencoded, fields, encodings)
    return st.one_of(
        urlencoded,
        urlencoded,
        st.builds(_multipart, fields, files, encodings, st.sampled_from([0, 0, 0, 3, 9, 40])),
        st.builds(_json, values),
        st.builds(Sending, raw, st.sampled_from([*TYPES, "application/x-www-form-urlencoded"])),
        st.builds(lambda sent, kind: Sending(sent.body, kind), urlencoded, st.sampled_from(TYPES)),
    )
