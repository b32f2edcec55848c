"""Who asks for a page: a person, or a program that only looks where a link leads."""

from __future__ import annotations

import re
from functools import cache

from flask import Request

LONGEST = 512
"""Characters that are looked at: every honest name is shorter, and a long one would take its time."""

PERSONS = frozenset({"MetaIAB Facebook"})
"""Patterns of the list that name a browser inside an app: behind it sits somebody."""


@cache
def _one_of(preview: bool) -> re.Pattern[str]:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # long to load and to compile: when somebody asks

    known = [entry for entry in CRAWLER_USER_AGENTS_DATA if entry["pattern"] not in PERSONS]
    chosen = [entry["pattern"] for entry in known if ("social-preview" in entry.get("tags", ())) is preview]
    return re.compile("|".join(f"(?:{pattern})" for pattern in chosen))


def who_asks(request: Request) -> str:
    """One of `click.ASKERS`, told by what a request says of itself. Nothing of that is kept but the word.

    A program that calls itself a browser passes for a person.
    """
    agent = request.headers.get("User-Agent", "")[:LONGEST]
    if _one_of(preview=True).search(agent):
        return "preview"
    if not agent.strip() or _one_of(preview=False).search(agent):
        return "bot"
    purposes = {
        word.strip().lower()
        for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
        for word in re.split("[;,]", request.headers.get(name, ""))
    }
    if purposes & {"prefetch", "prerender"}:
        return "prefetch"
    # A picture on any page, say, whose address is ours: browsers fetch it, and nobody has followed a link. Those that
    # are old say neither, and are believed.
    mode, dest = (request.headers.get(name, "").strip().lower() for name in ("Sec-Fetch-Mode", "Sec-Fetch-Dest"))
    if mode not in ("", "navigate") or dest not in ("", "document", "iframe"):
        return "preview"
    # Headers alone: nobody is there to read a page.
    return "preview" if "preview" in purposes or request.method == "HEAD" else "person"
