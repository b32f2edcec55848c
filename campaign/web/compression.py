"""Answers made smaller on their way: brotli or gzip, where the client takes it.

Only what is the same for everybody: the files of `static/`, and the pages that caches may keep (`headers.public`). A
page with a token, or made from what somebody typed, is never compressed. Its length would tell what stands in it: who
can make a browser send us guesses and sees the length of the encrypted answers learns a secret piece by piece, because
a right guess, standing twice in a page, makes it shorter (BREACH, https://breachattack.com).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli
from flask import Response, request
from werkzeug.datastructures import Accept

TYPES = frozenset({"text/html", "text/plain", "text/css", "text/javascript", "application/json", "image/svg+xml"})
"""What gets smaller. Pictures are compressed already."""

Pack = Callable[[bytes, str], bytes]


@lru_cache(maxsize=64)
def for_good(body: bytes, coding: str) -> bytes:
    """As small as can be: takes some 20 ms for a style sheet, once in the life of a process."""
    return brotli.compress(body, quality=11) if coding == "br" else gzip.compress(body, 9, mtime=0)


@lru_cache(maxsize=64)
def at_once(body: bytes, coding: str) -> bytes:
    """In half a millisecond a page; the next who gets the same page finds it ready."""
    return brotli.compress(body, quality=5) if coding == "br" else gzip.compress(body, 6, mtime=0)


def choose(accepted: Accept) -> str | None:
    """The coding that a client likes best, of two alike the smaller; None for none at all."""
    best = max(("br", "gzip"), key=accepted.quality)
    liked = accepted.quality(best)
    return best if liked > 0 and liked >= accepted.quality("identity") else None


def shrink(response: Response, pack: Pack = at_once) -> None:
    """Send an answer in the coding that its reader likes best, before it gets an ETag: each coding has its own."""
    if response.mimetype not in TYPES:
        return
    response.vary.add("Accept-Encoding")
    coding = choose(request.accept_encodings)
    if coding is None:
        return
    body = response.get_data()
    packed = pack(body, coding)
    if len(packed) < len(body):
        response.set_data(packed)
        response.headers["Content-Encoding"] = coding
