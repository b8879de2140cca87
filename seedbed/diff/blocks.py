"""Building blocks of a diff page, independent of Markdown or HTML.

Our own words are plain text; everything that comes from a file, a row or a person is `Code` or inside a `Sample`, and
the writers escape the two kinds accordingly. There is no third way into a page.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Code:
    """A short piece of data: an id, a name, a value."""

    text: str


Line = tuple[str | Code, ...]
"""Our own words, and pieces of data between them."""


@dataclass(frozen=True)
class Field:
    """One field of a row, before and after; None where a side does not have it."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Sample:
    """A row, or a prompt, whose text is shown as a diff."""

    title: Line
    fields: list[Field]


@dataclass(frozen=True)
class Table:
    """A table; the columns in `right` hold numbers."""

    head: list[str]
    rows: list[list[Line]]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Paragraph:
    """A line of text."""

    line: Line


@dataclass(frozen=True)
class Note:
    """A line that must not be overlooked."""

    line: Line


@dataclass(frozen=True)
class Flow:
    """How the outcomes of one match's questions changed: a chart, or a table where charts are not possible.

    Attributes:
        title: the match.
        kinds: the outcomes, in order.
        questions: how many went from one kind to another, by both.
        ids: which questions changed, by both.
    """

    title: Line
    kinds: list[str]
    questions: dict[tuple[str, str], int]
    ids: dict[tuple[str, str], list[str]]


Block = Sample | Table | Paragraph | Note | Flow


@dataclass(frozen=True)
class Point:
    """A part of the answer: what it is about, and a line or several."""

    label: str
    lines: list[Line]


@dataclass
class Section:
    """A part of the page under a heading of our own words."""

    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Page:
    """A whole page.

    Attributes:
        title: what is compared.
        points: the answer, on one screen.
        notes: what must not be overlooked.
        sections: the details.
    """

    title: Line
    points: list[Point]
    notes: list[Note]
    sections: list[Section]
