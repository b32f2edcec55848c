"""XML by a writer that escapes, for what is no page: answers for programs, and pictures."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, tostring

_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, text: str = "", /, **attributes: str) -> Element:
    """One element. What XML cannot hold, even escaped, becomes the sign for what could not be read."""
    made = Element(tag, {name.replace("_", "-"): legible(value) for name, value in attributes.items()})
    made.text = legible(text) or None
    return made


def legible(text: str) -> str:
    return _IMPOSSIBLE.sub("\ufffd", text)


def written(root: Element) -> bytes:
    """A whole document."""
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document
