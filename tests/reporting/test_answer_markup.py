"""Markdown of models as HTML: a closed set of tags, no attribute and no address."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.reporting.answer_markup import TAGS, rendered

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "![a](https://example.org/a.png)",
    "<https://example.org>",
    "[a]: https://example.org\n\n[a]",
    '```"><script>\nx\n```',
    "|a|b|\n|-|:-|\n|<b>|`c`|",
    "> - # **a** ~~b~~ *c*\n\n1. d\n   - e\n\n---\n\n    code",
    "&lt;b&gt; &amp; &#60;i&#62;",
)


def tags(html: str) -> list[str]:
    """Return what stands between the brackets of each tag."""
    return re.findall(r"<(/?[^>]*)>", html)


def test_what_people_write_in_markdown_is_laid_out() -> None:
    html = rendered("## 結論\n\n1. **太字**\n2. `x < y`\n\n```python\nif a < b:\n    pass\n```\n\n|a|b|\n|-|-|\n|1|2|\n")
    for piece in (
        "<h2>結論</h2>",
        "<ol>",
        "<strong>太字</strong>",
        "<code>x &lt; y</code>",
        "if a &lt; b:\n    pass",
        "<td>2</td>",
    ):
        assert piece in html
    assert "一行目<br>\n二行目" in rendered("一行目\n二行目")


def test_an_address_stays_as_it_was_written() -> None:
    html = rendered("[a](https://example.org/?x=1) ![b](https://example.org/b.png) <https://example.org/c>")
    assert "[a](https://example.org/?x=1) ![b](https://example.org/b.png) &lt;https://example.org/c&gt;" in html


@given(st.one_of(st.text(), st.lists(st.sampled_from((*HOSTILE, "\n", " ", "<", "`", "*", "_", "|", ">"))).map("".join)))
@settings(max_examples=50)
def test_no_text_makes_another_tag_or_an_attribute_with_an_address(text: str) -> None:
    for tag in tags(rendered(text)):
        name, *attributes = tag.removeprefix("/").split(" ", 1)
        assert name in TAGS
        assert not attributes or re.fullmatch(r'(class="language-[^"]*"|start="\d+"|style="text-align:\w+")', attributes[0])
