"""A diff on a terminal: short, as wide as the terminal, and what rows say is shown and never obeyed."""

import re
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from seedbed.diff.blocks import Code, Field, Page, Point, Sample, Section, Table
from seedbed.diff.terminal import show
from tests.diff.test_pages import HOSTILE, page_of

STYLES = re.compile(r"\x1b\[[\d;]*m")


def shown(page: Page, width: int = 80) -> str:
    out = StringIO()
    show(page, Console(file=out, force_terminal=True, width=width, highlight=False))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_the_answer_the_tables_and_a_few_rows_fit_the_width(width: int) -> None:
    samples = [Sample((Code(f"row-{n}"), " changed"), [Field("text", "古い文", f"新しい文{n}")]) for n in range(5)]
    table = Table(["dataset", "changed"], [[(Code("日本語の名前" * 20),), ("1",)]], frozenset({1}))
    points = [Point("Cost", [("2 new responses.",)]), Point("Check first", [("row ", Code("a")), ("row ", Code("b"))])]
    text = STYLES.sub(
        "", shown(Page((Code("old"), " → ", Code("new")), points, [], [Section("Rows", [table, *samples])]), width)
    )
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert text.startswith("old → new\n")
    assert "Check first  1. row a" in text
    assert ("row-2 changed" in text, "row-3 changed" in text) == (True, False)
    assert "2 more diffs: seedbed diff --html" in text
    assert not re.search(r"</?details|<!--|\*\*|`", text)


@pytest.mark.parametrize("text", [*HOSTILE, "\x1b]0;title\x07", "\x1b[2J", "[bold red]x[/]", "[/]"])
def test_what_a_row_says_drives_no_terminal_and_is_no_markup(text: str) -> None:
    text = f"a{text}b"
    written = STYLES.sub("", shown(page_of(text), 400))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800]", written)
    assert "[bold red]" not in text or "[bold red]x[/]" in written
