"""What rows say is shown and never obeyed: the text of a diff, in Markdown and in HTML, whatever it holds."""

import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from seedbed.diff.blocks import Block, Code, Field, Flow, Note, Page, Paragraph, Point, Sample, Section, Table
from seedbed.diff.comment import LIMIT, MARKER, problem
from seedbed.diff.html_page import html
from seedbed.diff.markdown import code, fenced, markdown
from seedbed.diff.text_diff import diff_lines, visible
from tests.harness import ROOT

HOSTILE = [
    *("@everyone", "fixes #1", "GH-1", "closes owner/repo#1", "https://example.com", "www.example.com", "a@b.example"),
    *(
        "`",
        "```",
        "~~~",
        "```diff\n",
        "\n```\n",
        "\n\n# Heading\n",
        "\n---\n",
        "\n> quote\n",
        "\n- item\n",
        "\n1. item\n",
        "    ",
    ),
    *("<script>alert(1)</script>", "</details>", "</code></pre>", "<!--", "-->", "<img src=x onerror=alert(1)>", MARKER),
    *(
        "![x](y)",
        "[x](y)",
        "[x]: y",
        "*",
        "_",
        "~~",
        "|",
        "\\|",
        "\\",
        "\n| a |\n| - |\n",
        ":tada:",
        "&#64;",
        "&lt;",
        "$x$",
        "^[1]",
    ),
    *("\r", "\n", "\x00", "\x0b", "\u2028", "\u202e", "\ud800", "[-", "-]", "{+", "+}", "@@", "日本語", "…", " ", "", "\t"),
]
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), min_size=1, max_size=8).map("".join)


def page_of(text: str) -> Page:
    """A page that shows `text` in each place where data may stand."""
    fields = [Field(text, text, "old " + text), Field("gone", text, None), Field("new", None, text)]
    blocks: list[Block] = [
        Paragraph((Code(text), " begins, and ", Code(text), " ends")),
        Table(["a", "b"], [[(Code(text),), ("x ", Code(text))], [(Code("same"),), (Code(text),)]]),
        Note(("Beware of ", Code(text))),
        Flow(
            (Code(text), ": 3 questions."), ["win", "loss"], {("win", "win"): 2, ("win", "loss"): 1}, {("win", "loss"): [text]}
        ),
        Sample((Code(text), " changed"), fields),
    ]
    points = [
        Point("What changed", [(Code(text), " and ", Code(text))]),
        Point("Check first", [(Code(text),), (Code(text),)]),
    ]
    return Page((Code(text), " → ", Code(text)), points, [Note((Code(text),))], [Section("Rows", blocks)])


def read(text: str) -> list[Token]:
    """Return what a Markdown reader makes of a text, tables and all, flat."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [inner for token in reader.parse(text) for inner in [token, *(token.children or [])]]


def structure(text: str) -> list[tuple[str, str, str]]:
    """Return the kind of each token, and its content unless it is code."""
    tokens = read(text)
    return [
        (token.type, token.tag, "" if token.type in ("code_inline", "fence", "inline") else token.content) for token in tokens
    ]


@cache
def structure_of_a_harmless_page() -> list[tuple[str, str, str]]:
    return structure(markdown(page_of("harmless"), limit=10**9))


@settings(max_examples=300, deadline=None)
@given(texts)
def test_data_is_code_and_nothing_else(text: str) -> None:
    """Whatever the text, a page has the structure that it has with a harmless text: code holds the rest."""
    made = markdown(page_of(text), limit=10**9)
    assert made.startswith(f"{MARKER}\n\n")
    assert structure(made) == structure_of_a_harmless_page()


@settings(max_examples=300, deadline=None)
@given(texts)
@example("`")
@example(" ")
@example("``` ` ```")
def test_a_code_span_shows_its_text(text: str) -> None:
    shown = visible(text).replace("\n", "\\n")
    table = Page(("a table",), [], [], [Section("A", [Table(["a"], [[(Code(text),)]])])])
    for written, expected in ((code(text), shown), (markdown(table), shown.replace("\\|", "\\ |"))):
        found = [token.content for token in read(written) if token.type == "code_inline"]
        if len(shown) <= 200:
            assert found == [expected or " "]


@settings(max_examples=200, deadline=None)
@given(texts)
def test_a_fence_shows_its_lines(text: str) -> None:
    lines = diff_lines([Field("text", None, text)])
    (fence,) = [token for token in read(fenced(lines)) if token.type == "fence"]
    assert fence.content == "\n".join(lines) + "\n"


@settings(max_examples=300, deadline=None)
@given(texts)
def test_what_is_written_may_be_posted(text: str) -> None:
    assert problem(markdown(page_of(text))) is None


LINES = [
    *(
        "| a | b |",
        "| --- | --- |",
        "| `x` | `y \\| z` |",
        "| `x | @you` |",
        "--- | ---",
        "a | b",
        "---",
        "===",
        "    ",
        "> ",
        "- ",
        "1. ",
    ),
    *(
        "```diff",
        "```",
        "````",
        "``",
        "`",
        "``` `` ```",
        "~~~",
        "<details><summary>2 diffs</summary>",
        "<details><summary>Rows",
        "- **Cost**: ",
        "- **Check first**:",
        "  1. ",
        "</details>",
        "<details open><summary>Win rates</summary>",
    ),
    *(
        "our words",
        "`code`",
        "`a` and `b`",
        "`a\nb`",
        "- @you",
        "+ fixes #1",
        "\\`",
        "\\\\|",
        "&#64;you",
        "a\\",
        "`@you|`",
        "\\| `",
    ),
]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LINES + HOSTILE), st.sampled_from(["", " ", "\n", "\n\n"])), max_size=12))
def test_what_may_be_posted_mentions_and_links_nothing(parts: list[tuple[str, str]]) -> None:
    """Whoever wrote it: a text that passes has nothing outside code but plain words."""
    made = f"{MARKER}\n\n" + "".join(part for pair in parts for part in pair)
    if problem(made) is None:
        for token in read(made):
            assert token.type not in ("link_open", "image", "html_inline")
            if token.type == "html_block":
                assert re.fullmatch(
                    r"(<!-- seedbed diff -->|</details>|<details( open)?><summary>[\w ]+</summary>)\n?",
                    token.content,
                )
            if token.type == "text":
                assert not re.search(r"[@#<>&\\`]|://|www\.", token.content)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Approved", "the first line is not"),
        (f"{MARKER}\n# Approved", "the first line is not"),
        (f"{MARKER}\n\nLook, @everyone.", "line 3: something that is neither our words nor code"),
        (f"{MARKER}\n\n`a` fixes #1", "line 3: something"),
        (f"{MARKER}\n\nsee www.example.com", "line 3: something"),
        (f"{MARKER}\n\nsee a5c3785ed8d6a35868bc169f07e40e889087fd2e", "line 3: something"),
        (f"{MARKER}\n\n<img src=x>", "line 3: something"),
        (f"{MARKER}\n\n- **Approved**: merge it", "line 3: something"),
        (f"{MARKER}\n\n- **Cost**: 1 USD\n  1. @everyone", "line 4: something"),
        (f"{MARKER}\n\n<details><summary><b>x</b></summary>\n\n", "line 3: something"),
        (f"{MARKER}\n\n`begins\nends` here", "line 3: something"),
        (f"{MARKER}\n\n</details>\n`<img src=x>`", "line 3: a tag that no blank line follows"),
        (f"{MARKER}\n\n| a | b |\n| --- | --- |\n| `x | @you` | |", "line 5: something in a table"),
        (f"{MARKER}\n\nwords\n| a |\n", "line 4: a table that begins or ends"),
        (f"{MARKER}\n\n| a |\nwords", "line 4: a table that begins or ends"),
        (f"{MARKER}\n\n| a |### b |", "line 3: something in a table"),
        (f"{MARKER}\n\n| `\\\\|` |", "two backslashes"),
        (f"{MARKER}\n\n```diff\n@@ x @@\n", "a fence that does not end"),
        (f"{MARKER}\n\n```diff\n```\n@you\n```", "line 5: something"),
        (f"{MARKER}\n\na\rb", "a control character"),
        (f"{MARKER}\n\n" + "x" * LIMIT, "60,023 characters, more than 60,000"),
    ],
)
def test_what_may_not_be_posted(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "diff.md"
    file.write_bytes(text.encode())
    done = subprocess.run(
        [sys.executable, "-m", "seedbed.diff.comment", file], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert message in done.stderr
    assert "it is not posted" in done.stderr


def test_a_link_is_not_posted(tmp_path: Path) -> None:
    (tmp_path / "diff.md").symlink_to(ROOT / "README.md")
    command = [sys.executable, "-S", "-m", "seedbed.diff.comment"]
    done = subprocess.run([*command, tmp_path / "diff.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "not a file of at most" in done.stderr
    (tmp_path / "real.md").write_text(markdown(page_of("@everyone")), encoding="utf-8")
    subprocess.run([*command, tmp_path / "real.md"], cwd=ROOT, check=True)  # without any package


class Tags(HTMLParser):
    """The tags and attributes of a page; the lines of diffs and what is marked in them are left out."""

    MARKS = ("span", "ins", "del")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.MARKS:
            self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.MARKS:
            self.found.append(tag)

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(max_examples=200, deadline=None)
@given(texts)
def test_data_is_text_in_html(text: str) -> None:
    page = Tags(html(page_of(text)))
    assert page.found == Tags(html(page_of("harmless"))).found
    assert page.text.count(visible(text)) >= 5
    assert all(tag[0] != "script" for tag in page.found)  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("回答を2つ書く", "回答を3つ書く", ["- 回答を[-2-]つ書く", "+ 回答を{+3+}つ書く"]),
        ("a, c and d", "a, b, c and d", ["- a, c and d", "+ a, {+b, +}c and d"]),
        ("is it away?", "is it away today?", ["- is it away?", "+ is it away{+ today+}?"]),
        ("one\ntwo\nthree", "one\nthree", ["- two", "  three"]),
        ("one\nthree", "one\ntwo\nthree", ["+ two", "  three"]),
        ("all of it", "何もかも別", ["- all of it", "+ 何もかも別"]),
        ("", "new", ["+ new"]),
        ("it says [-this-] here", "it says [-that-] here", ["- it says [-[--this--]-] here", "+ it says [-{++that++}-] here"]),
        ("x" + " same" * 40 + " end", "y" + " same" * 40 + " end", None),
    ],
)
def test_how_a_change_is_shown(old: str, new: str, lines: list[str] | None) -> None:
    found = diff_lines([Field("text", old, new)])
    assert found[0] == "@@ text @@"
    if lines is None:
        assert found[1].startswith("- [-x-] same same")
        assert len(found[1]) < 60
    else:
        assert found[1:] == lines


def test_what_cannot_be_seen_is_shown_by_its_code_point() -> None:
    assert visible("a\u202eb\u200b\x07\r\n\U000e0041") == "a\\u202eb\\u200b\\u0007\\u000d\n\\U000e0041"
    assert visible("👩‍👩‍👧 が\té") == "👩‍👩‍👧 が\té"


def test_samples_are_cut_first_and_the_longest_first() -> None:
    samples = [Sample((Code(f"row-{n}"),), [Field("text", None, "long " * 10 * n)]) for n in range(1, 30)]
    table = Table(["name", "value"], [[(Code(f"name-{n}"),), (Code("v"),)] for n in range(40)])
    page = Page(("One line.",), [], [], [Section("Rows", [table, *samples]), Section("Second", [Paragraph(("A word.",))])])
    whole = markdown(page)
    less = markdown(page, limit=len(whole) // 2)
    assert len(less) <= len(whole) // 2
    assert "`row-1`" in less
    assert "`row-29`" not in less
    assert "`name-39`" in less
    assert "samples. `seedbed diff --html` shows all." in less
    least = markdown(page, limit=700)
    assert len(least) <= 700
    assert "`name-9`" in least
    assert "`name-10`" not in least
    assert "Omitted to fit the limit of a comment: 29 samples, 30 rows." in least
    assert len(markdown(page, limit=250)) <= 250
    assert "Sections omitted to fit the limit of a comment: Rows" in markdown(page, limit=250)
