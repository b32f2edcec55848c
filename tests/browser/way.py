"""The steps of a supporter's way, as a person takes them: by the words that stand on the page."""

from __future__ import annotations

import itertools

from playwright.sync_api import FrameLocator, Page, expect

Place = Page | FrameLocator
"""A page of its own, or one in a partner's frame."""

WORDS = "We welcomed a family last year. Their boy plays on our street.\n\nI want them to stay."
NAME = "Ana Reyes"
_numbers = itertools.count(2)


def press(place: Place, name: str) -> None:
    """Press the button of that name."""
    place.get_by_role("button", name=name, exact=True).click()


def heading(place: Place, text: str) -> None:
    """Wait for the page with that heading."""
    expect(place.get_by_role("heading", level=1)).to_have_text(text)


def find(place: Place, zip_code: str = "04101") -> None:
    """From a letter's first page to the writing page, for a ZIP code in one district."""
    place.get_by_label("ZIP code").fill(zip_code)
    press(place, "Find my offices")
    heading(place, "In your own words")


def answer(place: Place, words: str = WORDS, name: str = NAME, city: str = "Portland") -> None:
    """Fill in the writing page, and leave it as it is."""
    for code in ("sponsor", "safety", "family"):
        place.locator(f'input[value="{code}"]').check()
    place.get_by_label("What ties you to this?").fill(words)
    place.get_by_label("Your full name").fill(name)
    place.get_by_label("Street address").fill("12 Congress Street")
    place.get_by_label("Town or city").fill(city)


def write(place: Place, words: str | None = None, name: str = NAME) -> None:
    """From the writing page to the finished letters. Unless given, the words are nobody else's: many like them look
    stuffed."""
    answer(place, f"{WORDS} We are {next(_numbers)} who ask." if words is None else words, name)
    press(place, "Read my letters")
    heading(place, "Read your letters")


def finish(place: Place) -> None:
    """From the finished letters to the kit."""
    press(place, "Finish my letters")
    heading(place, "Your letters are ready")


def to_kit(place: Place) -> None:
    """The whole way, from a letter's first page."""
    find(place)
    write(place)
    finish(place)
