"""The letter bank: everything the campaign says and offers, read from `letters/` and checked whole.

A letter is a folder. Its `letter.toml` has the title and the reasons; its prose stands in passage files:
`subjects.txt`, `openings/<role>.txt`, `reasons/<reason>.txt`, `asks/house.txt`, `asks/senate.txt`, and what comes
before the ask to a member who has a say in a committee: `committees/chair.txt`, `ranking.txt`, `member.txt`.
"""

from __future__ import annotations

import datetime
from statistics import fmean
from typing import Annotated
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import msgspec

from campaign.errors import NotFound
from campaign.letters.files import Passage
from campaign.letters.tables import Action, Code, Link, Page, Parameter, Status, Table, Text

REASONS_MAX = 3
"""Reasons in one letter: a short letter is read, a long one is filed."""


class Account(Table, frozen=True):
    """One of the organization's social accounts."""

    name: Text
    url: Link


class Campaign(Table, frozen=True):
    """`campaign.toml`: who runs the campaign. What is not set is not shown."""

    name: Text
    timezone: Text
    goal: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """How many letters the campaign hopes for."""
    milestones: tuple[Annotated[int, msgspec.Meta(ge=1)], ...] = ()
    """Numbers of letters on the way there, ascending."""
    ends: datetime.date | None = None
    """The campaign's last day. Some time after it, everybody in it is forgotten."""
    organization: Text | None = None
    website: Link | None = None
    contact: Link | None = None
    article: Link | None = None
    volunteer: Link | None = None
    accounts: tuple[Account, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days are counted."""
        return ZoneInfo(self.timezone)

    def over(self, today: datetime.date) -> bool:
        """Whether its last day is gone by, on its own calendar."""
        return self.ends is not None and today > self.ends

    def milestone(self, letters: int) -> int | None:
        """The first milestone that so many letters have not reached."""
        return next((number for number in self.milestones if number > letters), None)


class Fact(Table, frozen=True):
    """One entry of the ledger `facts.toml`: the only place from which a figure may enter a text."""

    claim: Text
    figure: str
    """The figure, worded to stand in a sentence; empty where the source leaves it blank."""
    source: Text
    date: Text
    """When the source was published, as exactly as is known."""
    recheck: datetime.date
    """The day from which the figure ought to be looked up again."""


class Question(Table, frozen=True):
    """One question of the writing page, from `questions.toml`."""

    label: Text
    example: Text
    """An answer that is plainly an example."""


class PledgeKind(Table, frozen=True):
    """One kind of further step, from `pledges.toml`."""

    label: Text
    next: Text
    """What happens next."""
    action: Action | None = None
    """`call` shows the offices' numbers and what to say; `visit` their addresses, for a calendar too."""
    link: Link | None = None
    """Where it is done, or where more is said of it."""


class Utm(Table, frozen=True):
    """By what a donation page's own statistics know the campaign."""

    source: Text | None = None
    medium: Text | None = None
    campaign: Text | None = None
    content: Text | None = None
    term: Text | None = None


class Destination(Table, frozen=True):
    """One donation page on the allow-list, from `destinations.toml`."""

    label: Text
    url: Page
    click_parameter: Parameter | None = None
    """Under this name the page is told the id of the hand-over, to name it again with the gift."""
    utm: Utm = Utm()

    @property
    def marks(self) -> dict[str, str]:
        """What goes along with everybody: `utm_source` and its like, as far as they are set."""
        return {f"utm_{name}": value for name in Utm.__struct_fields__ if (value := getattr(self.utm, name))}

    def target(self, token: str | None = None) -> str:
        """The page's address as people are sent there: what stands in the file, with our parameters behind its own."""
        ours = self.marks
        if self.click_parameter and token:
            ours[self.click_parameter] = token
        if not ours:
            return self.url
        parts = urlsplit(self.url)
        return parts._replace(query="&".join(filter(None, (parts.query, urlencode(ours))))).geturl()


class Reason(Table, frozen=True):
    """A reason as a letter offers it."""

    code: Code
    label: Text


class LetterFile(Table, frozen=True):
    """`letter.toml`."""

    title: Text
    summary: Text
    about: Text
    status: Status
    order: int
    reasons: Annotated[tuple[Reason, ...], msgspec.Meta(min_length=1)]
    outcome: Text | None = None
    """What happened; an ended letter has it."""


class Letter(msgspec.Struct, frozen=True):
    """One letter with all its alternatives of text."""

    slug: str
    file: LetterFile
    subjects: tuple[Passage, ...]
    openings: dict[str, tuple[Passage, ...]]
    reasons: dict[str, tuple[Passage, ...]]
    asks: dict[str, tuple[Passage, ...]]
    committees: dict[str, tuple[Passage, ...]]

    @property
    def live(self) -> bool:
        """Whether it can be written."""
        return self.file.status == "live"

    def usual_words(self, reasons: int) -> int:
        """How many words of the campaign's a letter with so many reasons has, on the average."""

        def average(groups: dict[str, tuple[Passage, ...]]) -> float:
            return fmean(len(passage.text.split()) for group in groups.values() for passage in group)

        return round(average(self.openings) + average(self.asks) + reasons * average(self.reasons))

    def passages(self) -> list[Passage]:
        """Every alternative of every text."""
        by_code = (self.openings, self.reasons, self.asks, self.committees)
        groups = [self.subjects, *(group for groups in by_code for group in groups.values())]
        return [passage for group in groups for passage in group]


class Bank(msgspec.Struct, frozen=True):
    """The whole of `letters/`, as it stood when it was read."""

    campaign: Campaign
    facts: dict[str, Fact]
    roles: dict[str, str]
    """Code → how somebody says who they are to this."""
    questions: dict[str, Question]
    """What the writing page asks, in the campaign's order."""
    pledges: dict[str, PledgeKind]
    destinations: dict[str, Destination]
    letters: dict[str, Letter]

    def passages(self) -> list[str]:
        """Every text that the campaign can put into a letter, or shows to whoever writes one."""
        said = [passage.text for letter in self.letters.values() for passage in letter.passages()]
        return said + [question.example for question in self.questions.values()]

    def letter(self, slug: str) -> Letter:
        """A letter that the public may see: live or ended.

        Raises:
            NotFound: there is none, or it is a draft.
        """
        letter = self.letters.get(slug)
        if letter is None or letter.file.status == "draft":
            raise NotFound("There is no such letter.")
        return letter

    def shown(self, status: str) -> list[Letter]:
        """The letters of one status, in the campaign's order."""
        chosen = [letter for letter in self.letters.values() if letter.file.status == status]
        return sorted(chosen, key=lambda letter: (letter.file.order, letter.slug))

    def destination(self, code: str) -> Destination:
        """A donation page.

        Raises:
            NotFound: there is none of this code.
        """
        if code not in self.destinations:
            raise NotFound("There is no such donation page.")
        return self.destinations[code]

    def figure(self, fact: str) -> str:
        """A figure from the ledger, worded to stand in a sentence; empty where the source leaves it blank.

        The rules make sure that whatever a letter or a page names is there and not empty.
        """
        return self.facts[fact].figure.strip()
