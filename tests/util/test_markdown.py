"""Markdown shows every text as it is."""

from seedbed.util.markdown import escaped, table


def test_no_text_becomes_markup() -> None:
    assert escaped("a | b\n<img> *x* `y` [z](u) __init__ near_duplicate & \\") == (
        r"a \| b &lt;img> \*x\* \`y\` \[z\](u) \_\_init\_\_ near_duplicate &amp; \\"
    )


def test_numbers_stand_to_the_right() -> None:
    assert table([{"a": "x", "b": None}, {"a": "y", "b": 2}], ["a", "b"]) == "| a | b |\n| --- | ---: |\n| x |  |\n| y | 2 |"
