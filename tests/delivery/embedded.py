"""Which characters the fonts inside typst have: read from the fonts themselves, for `campaign/delivery/coverage.json`.

python -m tests.delivery.embedded     writes the file anew, after an upgrade of typst
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import typst
from fontTools.ttLib import TTFont, TTLibError

from campaign.delivery import scripts

FACES = {
    "Libertinus Serif": ("Libertinus Serif Regular", "Libertinus Serif Bold"),
    "DejaVu Sans Mono": ("DejaVu Sans Mono", "DejaVu Sans Mono Bold"),
}
"""Family → the faces that letters are set in; a character counts if it is in both, whatever it is part of."""

LARGEST = 2 << 20
"""Bytes; no embedded face is larger."""

REORDERED = (range(0x0E00, 0x0F00),)
"""Thai and Lao: shaping takes some of their vowels apart, which typst 0.15 does not survive where a part is missing."""


def table() -> dict[str, dict[str, list[list[int]]] | dict[str, int]]:
    """What the file holds: family → ranges of code points, first and last; plain character → its width."""
    found = {name: font for name, font in _faces() if any(name in faces for faces in FACES.values())}
    covered = {
        family: _ranges(set.intersection(*(_points(found[face]) for face in faces))) for family, faces in FACES.items()
    }
    regular = found["Libertinus Serif Regular"]
    names, widths, unit = regular.getBestCmap(), regular["hmtx"].metrics, regular["head"].unitsPerEm
    plain = (character for character in map(chr, range(0x20, 0x2200)) if scripts.PLAIN.fullmatch(character))
    return {
        "covered": covered,
        "widths": {character: round(1000 * widths[names[ord(character)]][0] / unit) for character in plain},
    }


def _points(font: TTFont) -> set[int]:
    return set(font.getBestCmap())


def _faces() -> Iterator[tuple[str, TTFont]]:
    (library,) = Path(typst.__file__).parent.glob("_typst*")
    code = library.read_bytes()
    for start in re.finditer(rb"OTTO\x00[\x08-\x20]|\x00\x01\x00\x00\x00[\x08-\x20]", code):
        try:
            font = TTFont(io.BytesIO(code[start.start() : start.start() + LARGEST]), lazy=True)
            name, cmap = font["name"].getDebugName(4), font.getBestCmap()
        except (TTLibError, KeyError, ValueError, AssertionError):
            continue  # these bytes only begin like a font
        if name and cmap:
            yield name, font


def _ranges(points: set[int]) -> list[list[int]]:
    points = {point for point in points if point >= 32 and not any(point in script for script in REORDERED)}
    points -= {point for point in points if scripts.is_private(chr(point))}
    edges = sorted(points)
    firsts = [point for before, point in pairwise([-9, *edges]) if point != before + 1]
    lasts = [point for point, after in pairwise([*edges, 1 << 30]) if after != point + 1]
    return [list(pair) for pair in zip(firsts, lasts, strict=True)]


if __name__ == "__main__":
    scripts.COVERAGE.write_text(json.dumps(table(), indent=None, separators=(",", ":")) + "\n")
