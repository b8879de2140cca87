"""The words of the page, in its two languages."""

from collections import Counter
from functools import cache
from pathlib import Path

from seedbed.review.queue.reasons import Reason
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml

LANGUAGES = ("en", "ja")
_MOST_FINDINGS = 6


def page_language(name: str) -> str:
    """Return a language that the page and the spreadsheet have words in.

    Raises:
        UserError: they have none in `name`.
    """
    if name not in LANGUAGES:
        raise UserError(f"--language {name!r}: the page is available in {' and '.join(LANGUAGES)}")
    return name


@cache
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = load_yaml(Path(__file__).with_name("texts.yaml"))
    return texts


def say(language: str, key: str, **values: object) -> str:
    """Return a text of the page, with its values in place."""
    return _texts()[key][language].format(**values)


def say_corpus(language: str, name: str) -> str:
    """Return what the page calls a corpus: in words where it is one that projects begin with, else by its name."""
    return say(language, name) if name in _texts() else name


def say_label(language: str, label: str) -> str:
    """Return what the page calls a category or task type: in words where projects begin with it, else by its name."""
    key = f"label_{label}"
    return say(language, key) if key in _texts() else label


def say_reason(language: str, reason: Reason) -> str:
    """Return what was seen, in words: each different thing once, the most frequent first, at most six."""
    counts, shown = Counter(reason.findings), []
    for finding, count in counts.most_common(_MOST_FINDINGS):
        words = say(language, finding.key, **{name: _quoted(language, value) for name, value in finding.values})
        shown.append(words if count == 1 else say(language, "finding_times", words=words, n=count))
    listed = say(language, "finding_comma").join(shown)
    more = len(counts) - _MOST_FINDINGS
    return say(language, "finding_more", words=listed, n=more) if more > 0 else listed


def _quoted(language: str, value: str) -> str:
    """A quotation of a row in the language's quotation marks; a number has none."""
    in_quotes = language == "ja" and len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return f"「{value[1:-1]}」" if in_quotes else value
