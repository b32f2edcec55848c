"""Letters come out on paper as they were written, whatever was written, and what cannot be printed is said."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from campaign.delivery import pdf, scripts
from campaign.delivery.pdf import Sheet, render, unprintable, volumes
from campaign.errors import Malformed
from tests.delivery import embedded

DAY = date(2026, 11, 24)
OFFICE = ("Senator Susan M. Collins", "68 Sewall St., Room 507", "Augusta, ME 04330")
BODY = "Dear Senator Collins,\n\nPlease restore parole.\n\nSincerely,\nAna Reyes\nPortland, ME 04101"
LONG = "\n\n".join([f"{number}. {'Every family has a story that deserves to be heard. ' * 8}" for number in range(26)])
TOP = 33
"""Pixels at 36 an inch that are white at each side: an inch, and what may stand out of its letter a little."""


def sheet(body: str = BODY, subject: str = "Restore parole", to: tuple[str, ...] = OFFICE) -> Sheet:
    return Sheet(DAY, to, subject, body)


def read(document: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(document))


def pages(*sheets: Sheet) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in read(render(sheets, "Letters")).pages]


def squeezed(text: str) -> str:
    """Text without what a line's end may change."""
    return "".join(character for character in text if not character.isspace() and character not in "\u200b\u00ad")


def pictures(body: str) -> Iterator[Image.Image]:
    """The pages as they look, in gray, at 36 pixels an inch."""
    data = {
        "title": "-",
        "lang": "en",
        "region": None,
        "sheets": [pdf._sheet(sheet(body), scripts.Widths())],
    }
    render([sheet()], "-")
    compiler = pdf._press.compiler
    assert compiler is not None
    found = compiler.compile(pdf.TEMPLATE, format="png", ppi=36, sys_inputs={"data": json.dumps(data)})
    for picture in found if isinstance(found, list) else [found]:
        assert picture is not None
        yield Image.open(io.BytesIO(picture)).convert("L").point(lambda shade: 255 if shade < 200 else 0)


def test_a_letter_has_its_date_its_office_its_subject_and_its_words() -> None:
    assert pages(sheet())[0].split("\n") == [
        "November 24, 2026",
        *OFFICE,
        "Restore parole",
        "Dear Senator Collins,",
        "Please restore parole.",
        "Sincerely,",
        "Ana Reyes",
        "Portland, ME 04101",
    ]


def test_every_page_is_us_letter() -> None:
    assert [tuple(page.mediabox[2:]) for page in read(render([sheet(LONG), sheet()], "-")).pages] == [(612, 792)] * 5


def test_a_screen_reader_finds_tags_a_language_a_title_and_a_heading() -> None:
    document = read(render([sheet()], "Letters to\nprint", "pt-BR"))
    catalog = document.root_object
    assert catalog["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert catalog["/Lang"] == "pt-BR"
    assert document.metadata is not None
    assert document.metadata.title == "Letters to print"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]
    kinds = [element["/S"] for element in _elements(catalog["/StructTreeRoot"])]
    assert kinds.count("/H1") == 1
    assert kinds.count("/P") >= 5
    assert "pdfuaid" in document.xmp_metadata.rdf_root.toxml()  # type: ignore[union-attr]


def _elements(node: object) -> Iterator[dict[str, object]]:
    if isinstance(node, pypdf.generic.IndirectObject):
        node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node["/K"])


def test_every_letter_begins_a_page_and_pages_are_numbered_from_a_letters_second_on() -> None:
    found = pages(sheet(), sheet(subject="Again"), sheet(LONG), sheet(), sheet(LONG, subject="Again"))
    begins = [page.startswith("November 24, 2026\nSenator") for page in found]
    assert begins == [True, True, True, False, False, False, True, True, False, False, False]
    ends = [page.rstrip().rsplit("\n", 1)[-1].strip() for page in found]
    assert [end if end.isdigit() else "" for end in ends] == ["", "", "", "2", "3", "4", "", "", "2", "3", "4"]


def test_a_long_letter_comes_whole() -> None:
    assert squeezed(LONG) in squeezed("".join(page.rstrip("\n 234") for page in pages(sheet(f"{LONG}\n\nAna"))))


@pytest.mark.parametrize("lines", range(26, 42))
def test_the_sign_off_is_never_torn_nor_left_alone(lines: int) -> None:
    body = "\n\n".join(
        ["Dear,", "\n".join(["x"] * lines), "Will you act? " * 15, "Sincerely,\nAna\nMain Street\nPortland"]
    )
    last = pages(sheet(body))[-1]
    assert "Will you act?" in last
    assert "Sincerely,\nAna\nMain Street\nPortland" in last


@pytest.mark.parametrize("seed", range(12))
def test_a_letter_without_page_numbers_has_one_page(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (the same texts in every run)
    sheets = []
    for _ in range(20):
        texts = [
            " ".join(chance.choices(["a", "neighbors", "WWWMMM", "congratulations", "to"], k=chance.randint(1, 90)))
            for _ in range(chance.randint(1, 8))
        ]
        sheets += [sheet("\n\n".join(texts)), sheet("\n".join(["x"] * chance.randint(25, 45)))]
    short = [each for each in sheets if not pdf._sheet(each, scripts.Widths())["numbered"]]
    assert len(pages(*short)) == len(short) > 0


HOSTILE = {
    "typst": '#read("/etc/passwd") #set text(red) $x^2$ *b* _i_ `r` <a> @b \\u{41} // c /* d */ = e\n- f\n+ g [h] #(1)',
    "templates": "{{ config }} {% raw %} ${x} #{y} %(name)s %s {name} \\u0000",
    "html": "<script>alert(1)</script><!-- ]]> &amp; &lt;",
    "sql": "'; DROP TABLE messages; -- \" \\",
    "pdf": "(a) Tj ET endstream endobj << /S /JavaScript >> \\051 %%EOF",
    "json": '"}],"title":"x',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_syntax_comes_out_literally(text: str) -> None:
    found = pages(sheet(f"{text}\n\nAna", subject=text, to=(text,)))[0]
    assert squeezed(found).count(squeezed(text)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "Neighbors — “they” are our neighbors’ neighbors… é ñ ü ß ø ł ő €5",
        "Шановна пані сенаторко, сім’ї — наші сусі\u0301ди. Ёж, ґанок, ї, ў",
        "Αξιότιμη κυρία, σας γράφω για τους γείτονές μας. ἀρχή",
        "סנאטורית נכבדה, שָׁלוֹם לכל השכנים: „כן״ ־ 5₪",
        "السيدة المحترمة، مُحَمَّدٌ أكتب إليكم في ٢٠٢٢ لأن العائلات؟ می‌خواهم پچژگ",
    ],
    ids=["Latin", "Cyrillic", "Greek", "Hebrew", "Arabic"],
)
def test_five_scripts_can_be_printed(text: str) -> None:
    assert unprintable(text) == []
    assert "[U+" not in pages(sheet(text, subject=text))[0]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Hello 😀 and 😀", ["😀"]),
        ("中文 and 文", ["中", "文"]),
        ("family 👩‍👩‍👧‍👦!", ["👩‍👩‍👧‍👦"]),
        ("👋🏽 🇺🇦🇺🇸", ["👋🏽", "🇺🇦", "🇺🇸"]),
        ("a中\u0301b", ["中\u0301"]),  # typst prints the accent alone
        ("ب\u0301", ["ب\u0301"]),  # a letter of one font with an accent of another: the same
        ("\ue000", ["\ue000"]),
        ("\uffff\U0010ffff", ["\uffff", "\U0010ffff"]),
        ("नमस्ते", ["न", "म", "स्", "ते"]),
    ],
)
def test_what_no_font_has_is_named_and_printed_as_its_code_points(text: str, named: list[str]) -> None:
    assert unprintable(text) == named
    found = squeezed(pages(sheet(f"Before {text} after", subject=text))[0])
    for cluster in named:
        assert found.count(squeezed(scripts.named(cluster))) >= 2
    assert "Before" in found
    assert "after" in found


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("pay \u202e05\u202c now", "pay 05 now"),
        ("a\u2066b\u2067c\u2068d\u2069e\u202af\u202bg\u202dh", "abcdefgh"),
        ("a\x00b\x1bc\x7fd\x9fe\ufefff\U000e0041g\u3164h", "abcdefgh"),
        ("tab\there", "tab here"),
        ("half \ud800 a pair", "half \ufffd a pair"),
        ("whole \ud83d\ude00", "whole [U+1F600]"),
        ("e\u0301", "é"),
    ],
)
def test_what_no_one_sees_is_left_out(text: str, printed: str) -> None:
    assert f"{printed}\nAna" in pages(sheet(f"{text}\n\nAna"))[0].replace("\u200b", "")


def test_marks_of_direction_and_joiners_are_kept_where_they_act_on_something() -> None:
    assert scripts.clean("می\u200cخواهم C++\u200e שלום") == "می\u200cخواهم C++\u200e שלום"
    assert scripts.clean("a \u200e\u200f b\u00a0\u200d\n\u200e") == "a  b\u00a0\n"
    assert scripts.clean("a\u200e\u200f\u200e\u200fb") == "a\u200e\u200fb"


def test_a_pile_of_marks_is_spread_out() -> None:
    spread = scripts.clean("x" + "\u0301" * 20)
    assert spread.count("\u0301") == 20
    assert max(map(len, spread.split("\u00a0"))) <= 9


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_every_kind_of_line_end_ends_a_line(end: str) -> None:
    assert "one\ntwo" in pages(sheet(f"one{end}two"))[0]


def test_a_right_to_left_paragraph_stands_at_the_right_and_no_other_does() -> None:
    (hebrew,) = pictures("שלום")
    (english,) = pictures("Hello שלום")
    (later,) = pictures("(123) – שלום Hello")
    # Below the office and the subject, which are at the left.
    left, right = (0, 88, 153, 396), (153, 88, 306, 396)
    assert [bool(hebrew.crop(side).getbbox()) for side in (left, right)] == [False, True]
    assert [bool(english.crop(side).getbbox()) for side in (left, right)] == [True, False]
    assert [bool(later.crop(side).getbbox()) for side in (left, right)] == [False, True]


SIZE = 20_000
LARGE = {
    "one word": "W" * SIZE,
    "wide dashes": "\u2e3b" * SIZE,
    "no-break spaces": "\u00a0" * SIZE,
    "spaces": " " * SIZE,
    "line ends": "\n" * SIZE,
    "short lines": "ab\n" * 5000,
    "short paragraphs": "a\n\n" * 5000,
    "marks on one letter": "a" + "\u0301" * SIZE,
    "marks of direction": ".\u200e\u200f" * (SIZE // 3),
    "idle marks of direction": "\u200e\u200f\u2003" * (SIZE // 3),
    "marks and joiners": "\u200e\u0301\u200f\u0301\u00ad" * (SIZE // 5),
    "joiners": "\u200d" * SIZE,
    "emoji": "\U0001f600" * SIZE,
    "one picture": "\U0001f469\u200d" * (SIZE // 2),
    "flags": "\U0001f1fa\U0001f1e6" * (SIZE // 2),
    "surrogates": "\ud800" * SIZE,
    "nothing": "\0" * SIZE,
    "both directions": "\u05d0a" * (SIZE // 2),
    "Arabic": "\u0628\u0651" * (SIZE // 2),
    "brackets": "(\u05d0[" * (SIZE // 3),
    "any character": "".join(map(chr, range(0x3400, 0x3400 + SIZE))),
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_a_large_text_stays_on_the_page(text: str) -> None:
    for picture in pictures(text):
        ink = picture.getbbox()
        assert ink is None or (ink[0] >= TOP and ink[2] <= picture.width - TOP and ink[3] <= picture.height - 18)
    assert render([sheet(text, subject=text[:400], to=(text[:400],))], text[:50] + "-")


def test_nothing_of_a_large_text_is_lost() -> None:
    for text in ("abcdefghij" * 2000, "ab " * 6666, "line\n" * 4000):
        found = squeezed("".join(page.rstrip("\n 0123456789") for page in pages(sheet(text))))
        assert squeezed(text) in found


@pytest.mark.parametrize("empty", [sheet(""), sheet(subject=""), sheet(to=()), Sheet(date(1, 1, 1), (), "", "")])
def test_a_letter_may_lack_something(empty: Sheet) -> None:
    assert len(pages(empty)) == 1


@pytest.mark.parametrize(
    ("sheets", "title", "language", "field"),
    [
        ([], "Letters", "en", "sheets"),
        ([sheet()], "", "en", "title"),
        ([sheet()], "\u202e\x00", "en", "title"),
        ([sheet()], "Letters", "", "language"),
        ([sheet()], "Letters", 'en"', "language"),
        ([sheet()], "Letters", "english", "language"),
    ],
)
def test_what_makes_no_document_is_refused(sheets: list[Sheet], title: str, language: str, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        render(sheets, title, language)
    assert refused.value.field == field


def test_a_failure_of_typst_says_nothing_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "printable", lambda text: text)
    with pytest.raises(Malformed, match=r"^This text cannot be printed\.$") as refused:
        render([sheet("secret 😀")], "Letters")
    assert refused.value.__cause__ is None
    monkeypatch.undo()
    assert render([sheet()], "Letters")


ANY = st.text(max_size=300)
LATIN = st.text(st.sampled_from("abc deXYZ,.!?éñ’—\n"), max_size=200)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(text=ANY, latin=LATIN)
def test_no_text_fails_and_no_latin_letter_is_lost(text: str, latin: str) -> None:
    found = squeezed("".join(pages(sheet(f"{latin}\n\n{text}\n\n{latin}", subject=text, to=(text, latin)))))
    assert found.count(squeezed(unicodedata.normalize("NFC", latin))) >= 3 or not squeezed(latin)
    for cluster in unprintable(text):
        assert squeezed(scripts.printable(cluster)) != squeezed(cluster)


@given(text=ANY)
def test_what_is_printed_can_be_printed(text: str) -> None:
    cleaned = scripts.clean(text)
    assert scripts.clean(cleaned) == cleaned
    assert unprintable(scripts.printable(cleaned)) == []


def test_the_table_has_what_the_installed_fonts_have() -> None:
    assert json.loads(scripts.COVERAGE.read_text()) == embedded.table()


def test_the_same_letters_give_the_same_bytes() -> None:
    first = render([sheet()], "Letters")
    pdf._forget()
    assert render([sheet()], "Letters") == first
    assert "/CreationDate" not in (read(first).metadata or {})


def test_threads_print_at_once_each_with_a_compiler_of_its_own() -> None:
    begin = threading.Barrier(2)

    def work(name: str) -> tuple[int, int]:
        begin.wait()
        found = [pages(sheet(f"{name} {number}"))[0].endswith(f"{name} {number}") for number in range(30)]
        return sum(found), id(pdf._press.compiler)

    with ThreadPoolExecutor(2) as pool:
        (ana, one), (bo, other) = pool.map(work, ("Ana", "Bo"))
    assert (ana, bo) == (30, 30)
    assert one != other


def test_volumes_have_at_most_their_size_and_a_number() -> None:
    drawn = []

    def letters() -> Iterator[Sheet]:
        for number in range(5):
            drawn.append(number)
            yield sheet(f"Letter {number}.")

    found = volumes(letters(), "Letters", size=2)
    first = read(next(found))
    assert drawn == [0, 1]
    every = [first, *map(read, found)]
    assert [len(volume.pages) for volume in every] == [2, 2, 1]
    assert [volume.metadata.title for volume in every if volume.metadata] == ["Letters 1", "Letters 2", "Letters 3"]
    assert "Letter 4." in every[2].pages[0].extract_text()
    assert list(volumes([], "Letters")) == []


def test_a_pack_takes_the_memory_of_a_volume() -> None:
    code = """
from campaign.delivery import pdf
from tests.delivery.test_pdf import sheet
def resident():
    return int(open("/proc/self/statm").read().split()[1]) // 256
words = "Every family has a story that deserves to be heard. " * 20
seen = [resident() for _ in pdf.volumes((sheet(f"{n} {words} {n}") for n in range(800)), "-", size=80)]
print(seen[-1] - seen[1])
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 60  # mebibytes; typst remembers the last ten documents where nothing is done about it


def test_a_forked_process_is_refused_instead_of_hanging() -> None:
    code = """
import os, signal
from campaign.delivery import pdf
from tests.delivery.test_pdf import sheet
pdf.render([sheet()], "-")
child = os.fork()
if child == 0:
    signal.alarm(10)
    try:
        pdf.render([sheet("other")], "-")
    except RuntimeError as error:
        os._exit(7 if "forked" in str(error) else 1)
    os._exit(2)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "7"


def test_a_letter_shows_nothing_when_printed() -> None:
    assert "parole" not in repr(sheet())
