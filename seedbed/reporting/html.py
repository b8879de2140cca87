"""Pages made of the templates of `templates/`: one file each, which needs nothing beside it.

Charts are drawn in percents of their width, and their numbers are texts: no font of the machine that builds can change a byte.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape

from seedbed.project import paths
from seedbed.project.params_types import STAND_IN
from seedbed.project.prompts import load_prompt
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.util.canonical import JsonObject, canonical, content_hash, parse_json
from seedbed.util.tables import Tables
from seedbed.util.templates import templates_in
from seedbed.util.yaml12 import load_yaml

TEMPLATES = Path(__file__).parent / "templates"
_INLINE = re.compile(r"(`[^`\n]+`|\*[^*\n]+\*)")


def render(
    template: str, scripts: Sequence[str], styles: Sequence[str] = ("style.css",), say: Words = ENGLISH_WORDS, **values: object
) -> str:
    """Return the page of a template.

    Args:
        template: a file of `templates/`.
        scripts: files of `templates/` that run in the page as one script, in this order, beside `page.js`; () for none.
        styles: files of `templates/`, one after the other.
        say: the words of the page's language.
        values: what the template shows; all of it is escaped.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup().join(map(_own, styles)),
            page_script=_own("page.js"),
            script=Markup().join(map(_own, scripts)),
            stand_in_endpoint=STAND_IN,
            say=say,
            **values,
        )
    )


@cache
def _environment() -> Environment:
    """Return what compiles the templates: one for all pages, which share most of them."""
    environment = templates_in(TEMPLATES)
    environment.filters |= {
        "number": number,
        "whole": whole,
        "dollars": dollars,
        "p_value": p_value,
        "integrity": integrity,
        "inline": inline,
    }
    return environment


def provenance(tables: Tables, prompts: Sequence[str]) -> JsonObject:
    """Return what the section on provenance shows: who made the rows, and the prompts they were asked for with."""
    makers = tables.query("shared/provenance")
    return {
        "provenance": [
            # The benchmark reads no requests for translations: the dataset report does.
            row | {"parameters": _settings(row["parameters"]), "in_dataset": bool(row["model"] and not row["parameters"])}
            for row in makers
        ],
        "prompts": [_prompt(name) for name in prompts],
    }


def number(value: float | None, places: int = 1) -> str:
    """Return a number with so many decimals and a true minus sign, which no zero has; nothing for None."""
    return "" if value is None else f"{round(value, places) + 0.0:.{places}f}".replace("-", "−")


def whole(value: float | None) -> str:
    """Return a whole number, thousands parted; nothing for None."""
    return "" if value is None else f"{value:,.0f}"


def dollars(value: float | None) -> str:
    """Return dollars, small ones with more decimals; nothing for None."""
    if value is None:
        return ""
    return f"{value:,.4f}" if 0 < value < 1 else f"{value:,.2f}"


def p_value(value: float | None) -> str:
    """Return a p-value; nothing for None."""
    if value is None:
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def inline(text: str) -> Markup:
    """Return a text that is Markdown in the other form of a report: its `code` and its *emphasis* as elements."""
    marked = {"`": Markup("<code>{}</code>"), "*": Markup("<em>{}</em>")}
    parts = enumerate(_INLINE.split(text))  # what is marked is at the odd places
    return Markup().join(marked[part[0]].format(part[1:-1]) if place % 2 else escape(part) for place, part in parts)


def integrity(text: str) -> str:
    """Return the source expression of a content security policy that lets just this text through."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _own(name: str) -> Markup:
    """Return one of our own files, to be put into the page as it is."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert "</" not in text, f"{name} would end its own element"
    return Markup(text)  # noqa: S704  not a word of it is anybody else's


def _prompt(name: str) -> dict[str, str]:
    """Return a prompt's name, what it is for, and the hash of what it says."""
    content = asdict(load_prompt(name))
    del content["path"]
    description = load_yaml(paths.prompt(name)).get("description", "")
    return {"name": name, "description": description, "hash": content_hash(content)}


def _settings(parameters: Sequence[str]) -> str:
    """Return sampling parameters, each a JSON text, in words: `max_tokens 1024, temperature 0.7`."""
    shown = [", ".join(f"{name} {canonical(value)}" for name, value in parse_json(text).items()) for text in parameters]
    return " or ".join(filter(None, shown))
