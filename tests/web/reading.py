"""A page read once and fast: which elements it has, what stands in its fields, and what it says of them."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from html.parser import HTMLParser

VARIES = {"meter", "fields", "signs", "summary", "copies", "error"}
"""Classes of what has more or fewer elements, depending on what was typed: marks, a first name, signs that cannot be
printed, messages, letters to copy from."""

ITS_ELEMENTS = {*("div", "p", "label", "span", "meter", "details", "summary", "mark", "dt", "dd", "button"), "dl"}
ITS_ELEMENTS |= {"section", "ul", "li", "a", "h2", "strong", "q"}
ITS_ATTRIBUTES = {"class", "id", "role", "tabindex", "href", "hidden", "name", "value", "type", "formaction", "open"}
ITS_ATTRIBUTES |= {"min", "max", "low", "optimum", "aria-labelledby"}

COMES_AND_GOES = {"aria-describedby", "aria-invalid", "checked", "selected", "open"}
"""Attributes that follow from a message, or from a choice."""

NEVER_CLOSED = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What a page consists of.

    Args:
        text: its HTML.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.skeleton: list[tuple[str, tuple[str, ...]]] = []
        """Every element with the names of its attributes; without `VARIES`, in which nothing strange may be."""
        self.fields: defaultdict[str, list[str]] = defaultdict(list)
        """What stands in the fields that are shown, by name."""
        self.hidden: defaultdict[str, list[str]] = defaultdict(list)
        """And in those that are not."""
        self.errors: dict[str, str] = {}
        """The messages at the fields, by the fields' names."""
        self.heading = self.notice = self.summary = ""
        self.letters: list[str] = []
        self.strong: list[str] = []
        self.quotes: list[str] = []
        self._open: list[tuple[str, str, str, bool]] = []
        self._varies = 0
        before, main, rest = text.partition('<main id="main"')
        inside, end, after = rest.partition("</main>")
        if main:  # what is around it is the same on many pages, and looked at once
            self.skeleton += around(before + after)
        self.feed(main + inside + end if main else text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    @property
    def said(self) -> list[str]:
        """What the page has against what was typed."""
        return [*self.errors.values(), *filter(None, (self.notice.strip(), self.summary.strip()))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        classes = set(found.get("class", "").split())
        if tag == "input" and found.get("type") == "hidden":
            assert list(found) == ["type", "name", "value"] or found["name"] == "form_token", found
            self.hidden[found["name"]].append(found["value"])
            return
        varies = bool(classes & VARIES)
        if self._varies:
            strange = {name for name in found if not name.startswith("data-")} - ITS_ATTRIBUTES
            assert tag in ITS_ELEMENTS, found
            assert not strange, tag
        elif not varies:
            self.skeleton.append((tag, tuple(name for name in found if name not in COMES_AND_GOES)))
        if tag == "input" and found.get("type") not in ("radio", "checkbox"):
            self.fields[found["name"]].append(found["value"])
        if tag in NEVER_CLOSED:
            return
        kind = tag if tag in ("textarea", "h1", "strong", "blockquote") else ""
        kind = "error" if "error" in classes else "notice" if "notice" in classes else kind
        if "summary" in classes:
            kind = "summary"
        if classes == {"letter"} and not self._varies:
            kind = "letter"
        name = found.get("name", "") or found.get("id", "").removesuffix("-error")
        if kind == "textarea":
            self.fields[name].append("")
        elif kind in ("letter", "strong", "blockquote"):
            self._texts(kind).append("")
        self._open.append((tag, kind, name, varies))
        self._varies += varies

    def handle_endtag(self, tag: str) -> None:
        opened, kind, name, varies = self._open.pop()
        assert opened == tag, f"</{tag}> where <{opened}> is open"
        self._varies -= varies
        if kind == "textarea":  # a browser drops the line break that follows the opening tag
            self.fields[name][-1] = self.fields[name][-1].removeprefix("\n")

    def handle_data(self, data: str) -> None:
        for _tag, kind, name, _varies in self._open:
            if kind == "textarea":
                self.fields[name][-1] += data
            elif kind == "error":
                self.errors[name] = self.errors.get(name, "") + data
            elif kind in ("h1", "notice", "summary"):
                name = "heading" if kind == "h1" else kind
                setattr(self, name, getattr(self, name) + data)
            elif kind:
                self._texts(kind)[-1] += data

    def _texts(self, kind: str) -> list[str]:
        return {"letter": self.letters, "strong": self.strong, "blockquote": self.quotes}[kind]


@cache
def around(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of what is around the main part of a page."""
    return Page(text).skeleton
