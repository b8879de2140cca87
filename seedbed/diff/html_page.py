"""Render a diff page as a self-contained HTML file; the template engine escapes all text."""

from functools import cache
from pathlib import Path

import jinja2

from seedbed.diff.blocks import Code, Page, Sample
from seedbed.diff.flow_picture import flow_picture
from seedbed.diff.text_diff import shown_lines, visible

_KINDS = {"-": "gone", "+": "new", "@": "name", " ": "kept"}
_TAGS = {"-": "del", "+": "ins"}


def html(page: Page) -> str:
    """Return the page, whole: samples are not cut for a comment's sake."""
    return _template().render(page=page)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.tests["code"] = lambda part: isinstance(part, Code)
    environment.tests["sample"] = lambda block: isinstance(block, Sample)
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.filters["visible"] = visible
    environment.filters["picture"] = flow_picture
    environment.filters["shown_lines"] = shown_lines
    environment.globals |= {"kinds": _KINDS, "tags": _TAGS}
    return environment.from_string(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
