"""Print a diff page on a terminal: the summary and the tables, and of each section a few rows as a diff."""

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from seedbed.diff.blocks import Block, Code, Flow, Line, Note, Page, Paragraph, Sample, Table
from seedbed.diff.markdown import table_of
from seedbed.diff.text_diff import diff_lines, visible
from seedbed.util.words import count

_SAMPLES = 3
"""Rows of a section that are shown as a diff."""
_STYLES = {"@": "dim", "-": "red", "+": "green", " ": ""}


def show(page: Page, console: Console) -> None:
    """Print the page."""
    console.print(_text(page.title), style="bold")
    if page.points:
        console.print()
        console.print(_points(page))
    for note in page.notes:
        _print(console, note)
    for section in page.sections:
        console.print(Text(f"\n{section.title}", "bold underline"))
        samples = [block for block in section.blocks if isinstance(block, Sample)]
        for block in [block for block in section.blocks if not isinstance(block, Sample)] + samples[:_SAMPLES]:
            _print(console, block)
        if len(samples) > _SAMPLES:
            left = count(len(samples) - _SAMPLES, "more diff")
            console.print(Text(f"\n{left}: seedbed diff --html --out diff.html", "dim"))


def _points(page: Page) -> Grid:
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(ratio=1)
    for point in page.points:
        for number, line in enumerate(point.lines, start=1):
            words = (f"{number}. ", *line) if len(point.lines) > 1 else line
            grid.add_row(point.label if number == 1 else "", _text(words))
    return grid


def _print(console: Console, block: Block) -> None:
    console.print()
    match block:
        case Sample():
            console.print(_text(block.title))
            for line in diff_lines(block.fields):
                console.print(Padding(Text(line, _STYLES[line[0]]), (0, 0, 0, 2)))
        case Table():
            console.print(_grid(block))
        case Flow():
            console.print(_text(block.title))
            console.print(_grid(table_of(block)))
        case Note():
            console.print(_text(block.line), style="yellow")
        case Paragraph():
            console.print(_text(block.line))


def _grid(table: Table) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False, show_edge=False)
    for place, head in enumerate(table.head):
        grid.add_column(head, justify="right" if place in table.right else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*map(_text, row))
    return grid


def _text(line: Line) -> Text:
    """Return a line; what a file, a row or a person says is data, in which nothing is markup or drives the terminal."""
    return Text.assemble(
        *((visible(part.text).replace("\n", "\\n"), "cyan") if isinstance(part, Code) else part for part in line)
    )
