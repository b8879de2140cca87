"""Render a diff page as Markdown, for a comment on a pull request.

Whatever a row, a file or a person says is in a code span or in a fenced block, and nowhere else. In both, Markdown
reads nothing but the run of backticks that ends them, and that run is longer than any in the text. What a forge makes
of plain text afterwards (mentions of people and teams, references to issues and commits, words that close issues, links,
emoji) leaves code alone too, on GitHub, GitLab and Forgejo alike, whereas an entity such as `&#64;` is a plain @ again by
the time mentions are looked for. That is why there is no escaping of single characters here.
"""

import re
from dataclasses import dataclass, field

from seedbed.diff.blocks import Block, Code, Flow, Line, Note, Page, Paragraph, Point, Sample, Section, Table
from seedbed.diff.comment import LIMIT, MARKER
from seedbed.diff.text_diff import diff_lines, visible
from seedbed.util.words import count

_CELL = 200
"""Characters of a code span before it is shortened."""
_KEPT_ROWS = 10
"""Rows that are left of a table that has to be cut."""


def code(text: str) -> str:
    """Return `text` as a code span on one line."""
    shown = visible(text).replace("\n", "\\n")
    if len(shown) > _CELL:
        shown = f"{shown[:_CELL]}… ({len(shown) - _CELL:,} more)"
    fence = "`" * (_longest_run(shown) + 1)
    # A backtick must not touch the fence; a span gives up one space on either side where it has both and more than spaces.
    pad = " " if shown.strip(" ") and (shown[0] in "` " or shown[-1] in "` ") else ""
    return f"{fence}{pad}{shown or ' '}{pad}{fence}"


def fenced(lines: list[str]) -> str:
    """Return lines of data as a fenced block that is coloured as a diff."""
    text = "\n".join(lines)
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}diff\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


@dataclass
class _Part:
    """One written block, and how it is cut: samples go first, then tables lose rows, then anything goes."""

    section: int
    block: Block
    text: str
    rank: int = field(init=False)

    def __post_init__(self) -> None:
        self.rank = 0 if isinstance(self.block, Sample) else 1 if isinstance(self.block, Table) else 2  # a flow is small


def markdown(page: Page, limit: int = LIMIT) -> str:
    """Return the page, never longer than `limit` characters; what was cut is said where it stood."""
    points = ["\n".join(map(_point, page.points))] if page.points else []
    head = [MARKER, _line(page.title), *points, *map(_note, page.notes)]
    parts = [_Part(place, block, _write(block)) for place, section in enumerate(page.sections) for block in section.blocks]
    cut: dict[int, dict[str, int]] = {}
    while (length := len(text := _joined(head, page.sections, parts, cut))) > limit and parts:
        _cut(parts, cut, length - limit)
    return text


def _cut(parts: list[_Part], cut: dict[int, dict[str, int]], excess: int) -> None:
    """Cut the longest parts of the kind that goes first, until about `excess` characters are gone."""
    rank = min(part.rank for part in parts)
    for part in sorted((part for part in parts if part.rank == rank), key=lambda part: (-len(part.text), part.section)):
        cut_here = cut.setdefault(part.section, {})
        before = len(part.text)
        if isinstance(part.block, Table) and part.rank == 1 and len(part.block.rows) > _KEPT_ROWS:
            cut_here["row"] = cut_here.get("row", 0) + len(part.block.rows) - _KEPT_ROWS
            part.text, part.rank = _table(part.block, _KEPT_ROWS), 2
        elif part.rank == 1:
            part.rank = 2
        else:
            name = {Sample: "sample", Table: "table", Flow: "table", Paragraph: "line", Note: "line"}[type(part.block)]
            cut_here[name] = cut_here.get(name, 0) + 1
            parts.remove(part)
            part.text = ""
        excess -= before - len(part.text)
        if excess <= 0:
            return


def _joined(head: list[str], sections: list[Section], parts: list[_Part], cut: dict[int, dict[str, int]]) -> str:
    written = list(head)
    for place, section in enumerate(sections):
        own = [part for part in parts if part.section == place]
        if not own:
            continue
        written.append(_folded(section.title))
        written += [part.text for part in own if not isinstance(part.block, Sample)]
        samples = [part.text for part in own if isinstance(part.block, Sample)]
        if samples:
            alone = len(samples) == len(own)
            written += samples if alone else [_folded(count(len(samples), "diff"), len(samples) <= 3), *samples, "</details>"]
        if place in cut:
            counts = ", ".join(f"{number:,} {name}{'' if number == 1 else 's'}" for name, number in cut[place].items())
            written.append(f"Omitted to fit the limit of a comment: {counts}. `seedbed diff --html` shows all.")
        written.append("</details>")
    gone = [section.title for place, section in enumerate(sections) if place in cut and all(p.section != place for p in parts)]
    if gone:
        written.append(f"Sections omitted to fit the limit of a comment: {', '.join(gone)}. `seedbed diff --html` shows all.")
    return "\n\n".join(written) + "\n"


def _folded(title: str, is_open: bool = False) -> str:
    return f"<details{' open' if is_open else ''}><summary>{title}</summary>"


def _point(point: Point) -> str:
    """Return a point of the answer as an item of a list, several lines as a numbered list within it."""
    if len(point.lines) == 1:
        return f"- **{point.label}**: {_line(point.lines[0])}"
    numbered = [f"  {number}. {_line(line)}" for number, line in enumerate(point.lines, start=1)]
    return "\n".join([f"- **{point.label}**:", *numbered])


def table_of(flow: Flow) -> Table:
    """Return outcomes before (rows) and after (columns) as a table."""
    head = ["before, after", *flow.kinds]
    rows: list[list[Line]] = [
        [(kind,), *((f"{flow.questions.get((kind, to), 0):,}",) for to in flow.kinds)] for kind in flow.kinds
    ]
    return Table(head, rows, frozenset(range(1, len(head))))


def _flow(flow: Flow) -> str:
    table = table_of(flow)
    return f"{_line(flow.title)}\n\n{_table(table, len(table.rows))}"


def _write(block: Block) -> str:
    match block:
        case Sample():
            return f"{_line(block.title)}\n\n{fenced(diff_lines(block.fields))}"
        case Table():
            return _table(block, len(block.rows))
        case Flow():
            return _flow(block)
        case Paragraph():
            return _line(block.line)
        case Note():
            return _note(block)


def _note(note: Note) -> str:
    return f"> {_line(note.line)}"


def _line(line: Line) -> str:
    return "".join(code(part.text) if isinstance(part, Code) else part for part in line)


def _table(table: Table, most: int) -> str:
    ruler = ["---:" if place in table.right else "---" for place in range(len(table.head))]
    # A bar ends a cell even within a code span; a backslash before it keeps it, and is not shown. What two backslashes
    # would mean depends on the reader, so one of the text is kept away from its bar.
    cells = [[_line(cell).replace("\\|", "\\ |").replace("|", "\\|") for cell in row] for row in table.rows[:most]]
    return "\n".join("| " + " | ".join(row) + " |" for row in [table.head, ruler, *cells])
