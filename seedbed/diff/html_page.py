"""Render a diff page as a self-contained HTML file; the template engine escapes all text."""

from functools import cache
from pathlib import Path

from jinja2 import Template

from seedbed.diff.blocks import Code, Page, Sample
from seedbed.diff.flow_picture import flow_picture
from seedbed.diff.text_diff import shown_lines, visible
from seedbed.util.templates import templates_in
from seedbed.util.words import count

_KINDS = {"-": "gone", "+": "new", "@": "name", " ": "kept"}
_TAGS = {"-": "del", "+": "ins"}


def html(page: Page) -> str:
    """Return the page, whole: samples are not cut for a comment's sake."""
    return _template().render(page=page)


@cache
def _template() -> Template:
    environment = templates_in(Path(__file__).parent)
    environment.tests["code"] = lambda part: isinstance(part, Code)
    environment.tests["sample"] = lambda block: isinstance(block, Sample)
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.filters["visible"] = visible
    environment.filters["diffs"] = lambda number: count(number, "diff")
    environment.filters["picture"] = flow_picture
    environment.filters["shown_lines"] = shown_lines
    environment.globals |= {"kinds": _KINDS, "tags": _TAGS}
    return environment.get_template("page.html")
