"""Markdown of models and people as HTML that is safe to show: a closed set of tags without attributes, and no address.

Raw HTML stays text. Links and pictures stay as they were written, address and all: a page that is opened asks no host for
anything, and nobody is led anywhere by a model. The page's script copies the tags of `TAGS` alone.
"""

from functools import cache

from markdown_it import MarkdownIt

TAGS = (
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code", "em", "strong", "s"),
    *("table", "thead", "tbody", "tr", "th", "td"),
)
"""Every tag that `rendered` writes."""


def rendered(text: str) -> str:
    """Return the HTML of a Markdown text; a single line end is a line end, as chat pages show it."""
    return str(_renderer().render(text))


@cache
def _renderer() -> MarkdownIt:
    settings = {"html": False, "breaks": True, "linkify": False, "xhtmlOut": False, "maxNesting": 20, "langPrefix": "language-"}
    renderer = MarkdownIt("commonmark", settings).enable(["table", "strikethrough"])
    return renderer.disable(["link", "image", "autolink", "reference", "html_block", "html_inline"])
