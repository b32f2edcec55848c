"""Letters to PDF, beside WeasyPrint in the same run: the campaign's letters, no two alike, all tagged."""

from __future__ import annotations

import html
import itertools
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

from campaign.addresses import Address
from campaign.config import ROOT
from campaign.delivery import pdf
from campaign.delivery.pdf import Sheet
from campaign.letters import Addressee, Wish, assemble, load
from tests.bench.measure import Line

OFFICE = ("Senator Susan M. Collins", "68 Sewall St., Room 507", "Augusta, ME 04330")

VOCABULARY = """
    the and of to our who they that in with for families neighbors came here after war work school church hospital
    children town winter sponsor teacher paper papers year years lives fear home language friends kitchen promise
"""

OWN_WORDS = 230
"""With the campaign's words a letter then has about 340, as many as fit a page well."""

ROUNDS = 5
VOLUME = 200
TOGETHER = 20
"""Letters in one document of WeasyPrint: per letter, larger ones are no faster."""

STYLE = """
@page { size: letter; margin: 1in }
body { font: 11.5pt/1.35 serif; margin: 0 }
section { break-before: page }
h1 { font-size: 11.5pt; margin: 1.5em 0 1em }
.lines { white-space: pre-line; break-inside: avoid }
"""

PACK = """
import json, time
from itertools import islice
from campaign.delivery import pdf
from tests.bench.pdf import letters
begun = time.perf_counter()
size = sum(len(volume) for volume in pdf.volumes(islice(letters(), 10_000), "Letters"))
peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([peak, time.perf_counter() - begun, size]))
"""

WORST = {
    "marks of direction": ".\u200e\u200f" * 6666,
    "marks on marks": "\u200e\u0301\u200f\u0301" * 5000,
    "no letter alike": "".join(map(chr, range(0x3400, 0x3400 + 20_000))),
    "emoji": "\U0001f600" * 20_000,
    "paragraphs": "a\n\n" * 6666,
    "Arabic and Latin": "\u05d0a" * 10_000,
    "without a space": "W" * 20_000,
}
"""Texts of 20,000 characters over which typst takes long."""


def letters() -> Iterator[Sheet]:
    """Letters from the bank, each with own words that no other has."""
    bank = load(ROOT / "letters")
    vocabulary = VOCABULARY.split()
    live = [letter for letter in bank.letters.values() if letter.live]
    for number in itertools.count():
        letter = live[number % len(live)]
        chance = random.Random(number)  # noqa: S311  (a text that is the same in every run)
        wish = Wish(
            role=chance.choice(list(letter.openings)),
            reasons=tuple(reason.code for reason in letter.file.reasons[:2]),
            words=f"{' '.join(chance.choices(vocabulary, k=OWN_WORDS))} {number}.",
            name=f"Ana {number} Reyes",
            address=Address(f"{number} Congress Street", "Portland", "ME", "04101"),
        )
        draft = assemble(bank, letter, Addressee("senate", "Dear Senator Collins", number % 3), wish, f"{number}")
        yield Sheet(date(2026, 11, 24), OFFICE, draft.subject, draft.body)


def run() -> Iterator[Line]:
    """The findings."""
    sheets = letters()

    def draw(count: int) -> list[Sheet]:
        return list(itertools.islice(sheets, count))

    try:
        import weasyprint
    except (ImportError, OSError):
        print(
            "  WeasyPrint cannot be imported here, so nothing is compared with it. It comes with `make .venv/test`, and"
        )
        print("  needs: apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")
        rivals: dict[str, Callable[[], object]] = {}
    else:
        style = weasyprint.CSS(string=STYLE)

        def rival(count: int) -> bytes:
            page = weasyprint.HTML(string=_page(draw(count)))
            return bytes(page.write_pdf(stylesheets=[style], pdf_tags=True))

        rivals = {"WeasyPrint alone": lambda: [rival(1) for _ in range(10)], "together": lambda: rival(TOGETHER)}
    alone = "one letter at a time, one thread"
    pack = f"volumes of {VOLUME}"
    rates = _rates(
        {
            alone: (50, lambda: [pdf.render(draw(1), "Letters") for _ in range(50)]),
            pack: (VOLUME, lambda: list(pdf.volumes(draw(VOLUME), "Letters", VOLUME))),
            **{name: (10 if "alone" in name else TOGETHER, work) for name, work in rivals.items()},
        }
    )
    for name, least in ((alone, 7), (pack, 18)):
        yield Line(name, rates[name], "/s", None, f"{1e3 / rates[name]:.2f} ms a letter")
        if rivals:
            fairer = max(rivals, key=lambda rival: rates[rival]) if name == pack else "WeasyPrint alone"
            what = f"WeasyPrint {'alone' if 'alone' in fairer else f'at {TOGETHER} a document'}: {rates[fairer]:.1f}/s"
            yield Line("  the same, beside WeasyPrint", rates[name] / rates[fairer], "x", None, what, least)
    slowest, which = max((_seconds(text), name) for name, text in WORST.items())
    yield Line("the slowest of some hostile letters", slowest, "s", 5, which)
    peak, seconds, size = json.loads(_fresh())
    yield Line("memory for a pack of 10,000, at its peak", peak / 1e6, "MB", 300, f"{size / 1e6:.0f} MB of PDF")
    yield Line("time for it", seconds, "s", None, f"{10_000 / seconds:.0f} letters/s")


def _rates(works: dict[str, tuple[int, Callable[[], object]]]) -> dict[str, float]:
    """Letters a second, the best of some rounds: what else the machine does can only slow a round down."""
    for _count, work in works.values():
        work()
    best = dict.fromkeys(works, 0.0)
    for _ in range(ROUNDS):
        for name, (count, work) in works.items():
            begun = time.perf_counter()
            work()
            best[name] = max(best[name], count / (time.perf_counter() - begun))
    return best


def _seconds(text: str) -> float:
    begun = time.perf_counter()
    pdf.render([Sheet(date(2026, 11, 24), OFFICE, "Subject", text)], "Letters")
    return time.perf_counter() - begun


def _page(sheets: list[Sheet]) -> str:
    parts = ['<html lang="en"><title>Letters</title>']
    for sheet in sheets:
        *body, close = sheet.body.split("\n\n")
        lines = html.escape("\n".join(sheet.to))
        parts += [f'<section><p>November 24, 2026</p><p class="lines">{lines}</p><h1>{html.escape(sheet.subject)}</h1>']
        parts += [f"<p>{html.escape(paragraph)}</p>" for paragraph in body]
        parts += [f'<p class="lines">{html.escape(close)}</p></section>']
    return "".join(parts)


def _fresh() -> str:
    return subprocess.run([sys.executable, "-c", PACK], check=True, capture_output=True, text=True).stdout
