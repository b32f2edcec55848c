"""Requests and what the application really answers to them. A test asks each of them again."""

from __future__ import annotations

import json
import shlex
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from campaign.web import webhook

FILE = Path(__file__).with_name("examples.json")

SITE = "https://lifeline.example"
"""Stands in the file for wherever the site is."""

GIFT_ID = "ID-FROM-THE-ADDRESS"
"""Stands for the signed id that a donation page was told."""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request, and its answer."""

    status: int
    answer: Any
    """The JSON; of a picture or of XML, its text."""
    query: dict[str, str] = {}
    path: dict[str, str] = {}
    """What stands for the names in the path."""
    body: Any = None

    def target(self, path: str) -> str:
        """The path and query that are asked for."""
        return path.format(**self.path) + (f"?{urlencode(self.query, safe=':/')}" if self.query else "")

    def curl(self, path: str, site: str) -> str:
        """The same as a line for a shell. A signed body needs more, which stands before it."""
        parts = ["curl -sS", shlex.quote(site + self.target(path))]
        if self.body is None:
            return " ".join(parts)
        sent = json.dumps(self.body)
        parts.append("-H 'Content-Type: application/json'")
        if GIFT_ID not in sent:
            return " \\\n  ".join([" ".join(parts), f"-d {shlex.quote(sent)}"])
        signed = [
            f"body={shlex.quote(sent)}",
            "t=$(date +%s)",
            """v1=$(printf '%s' "$t.$body" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)""",
        ]
        line = " \\\n  ".join([" ".join(parts), f'-H "{webhook.HEADER}: t=$t,v1=$v1" -d "$body"'])
        return "\n".join([*signed, line])


@cache
def examples(site: str) -> dict[str, list[Example]]:
    """The examples by operation, the one to begin with first, as a site at this address gives them."""
    text = FILE.read_text(encoding="utf-8").replace(SITE, site)
    return msgspec.json.decode(text, type=dict[str, list[Example]])
