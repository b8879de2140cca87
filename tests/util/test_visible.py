"""What a reader cannot see is found, and what scripts are written with is left alone; every writer shows the same."""

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedbed.diff.text_diff import visible as in_a_diff
from seedbed.review.web.render import visible as in_html
from seedbed.trace.node import Node
from seedbed.trace.tree_text import tree_json
from seedbed.util.visible import HIDDEN
from seedbed.util.visible import spelt_out as in_a_tree


@pytest.mark.parametrize(
    "hidden",
    [
        *("\x00", "\r", "\x1b", "\x7f", "\x85"),  # controls
        *("\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c"),  # direction
        *("\u200b", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u034f", "\u2062"),  # no width
        *("\u115f", "\u1160", "\u3164", "\uffa0"),  # fillers, which are drawn as blanks or not at all
        *("\U000e0001", "\U000e0041", "\U000e007f"),  # tags: ASCII that nobody sees
        *("\u2028", "\u2029", "\ud800", "\ue000", "\U0010ffff", "\ufdd0"),  # line ends, halves, private, unassigned
    ],
)
def test_a_hidden_character_is_found_wherever_it_stands(hidden: str) -> None:
    for text in (hidden, f"a{hidden}b", f"漢{hidden}", f"{hidden}\n", f"👩{hidden}"):
        assert HIDDEN.findall(text) == [hidden]


@pytest.mark.parametrize(
    "text",
    [
        "plain text,\n\twith 2 lines",
        "か\u3099な が ｶﾞ 　全角の空白\u00a0",
        "क्\u200dष می\u200cخواهم ۲۰\u200cساله «کتاب»\u200cها",
        "👩\u200d👩\u200d👧 👁\ufe0f\u200d🗨\ufe0f ❤\ufe0f ☺\ufe0e 1\ufe0f\u20e3 #\ufe0f\u20e3 👍🏽",
        "葛\U000e0100城 神\ufe00 ᠠ\u180bᠡ ≨\ufe00",
        "\u0600\u06dd",  # format characters that print a sign
    ],
)
def test_what_scripts_and_emoji_are_written_with_is_not_hidden(text: str) -> None:
    assert not HIDDEN.findall(text)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("a\ufe01b", "\ufe01"),
        ("\ufe0f", "\ufe0f"),
        ("1\ufe0f2", "\ufe0f"),
        ("❤\ufe0f\ufe0f", "\ufe0f"),
        ("a\U000e0100", "\U000e0100"),
        ("葛\U000e0100\U000e0101\U000e0102", "\U000e0101\U000e0102"),
        ("a\u180b", "\u180b"),
        ("a\u200c\u200d\u200cb", "\u200d\u200c"),
        (" \u200d", "\u200d"),
        ("\u200b\u200c", "\u200b\u200c"),
    ],
)
def test_selectors_and_joiners_are_hidden_where_they_select_and_join_nothing(text: str, hidden: str) -> None:
    assert "".join(HIDDEN.findall(text)) == hidden


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_letters_numbers_and_signs_are_seen(text: str) -> None:
    fillers = {"\u115f", "\u1160", "\u3164", "\uffa0"}  # letters by category, drawn as blanks
    assert set(HIDDEN.findall(text)) <= fillers | {char for char in text if unicodedata.category(char) == "Cn"}


@given(st.text())
def test_all_writers_show_the_same_characters(text: str) -> None:
    """The diff writes `\\u202e`, the tree `<U+202E>`, a page a span, JSON an escape; what is left holds nothing hidden."""
    found = [ord(char) for char in HIDDEN.findall(text)]
    plain = text.replace("\\", "/").replace("<", "(")  # so that what the writers add can be told from the text's own
    in_diff = [int(one or other, 16) for one, other in re.findall(r"\\u(.{4})|\\U(.{8})", in_a_diff(plain))]
    in_tree = [int(digits, 16) for digits in re.findall(r"<U\+([0-9A-F]+)>", in_a_tree(plain))]
    in_page = [int(digits, 16) for digits in re.findall(r'<span class="control" title="[^"]*">U\+(\w+)</span>', in_html(plain))]
    assert in_diff == in_tree == in_page == found
    for shown in (in_a_diff(text), in_a_tree(text), in_html(text), tree_json(Node("row", text, {}))):
        assert not HIDDEN.search(shown)


def test_json_with_escapes_says_the_same() -> None:
    text = "a\u202e\U000e0041\u00ad漢\U000e0100"
    assert json.loads(tree_json(Node("row", text, {})))["id"] == text


def test_what_scripts_are_written_with_is_not_spelt_out() -> None:
    assert in_a_tree("क्‍ष 👩‍👧 می‌خواهم\n\tx") == "क्‍ष 👩‍👧 می‌خواهم\n\tx"
    assert (
        in_a_tree("\r\x00\x7f\x9b\u2066\u200b\ufeff\ue000")
        == "<U+000D><U+0000><U+007F><U+009B><U+2066><U+200B><U+FEFF><U+E000>"
    )
