"""What a reviewer looks for in a language: the words and patterns of `data/review/<language>.yaml`.

They are kept apart from `data/languages`, which paid stages depend on: these sort a queue, and change no row.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.schemas import problems
from seedbed.util.yaml12 import load_yaml, located

FOLDER = Path("data/review")


@dataclass(frozen=True)
class Numerals:
    """How a language writes numbers: its words for them, and its decimal separator."""

    words: Mapping[str, int] = field(default_factory=dict)
    decimal: str = "."


@dataclass(frozen=True)
class Words:
    """What `seedbed.review.queue.checks` knows of a language: the fields of `schemas/review.schema.json`, compiled.

    Attributes:
        foreign: one letter of a script that a text of this language has only for a reason; None where any may need work.
        known: words of such letters that need no translation.
        registers: styles that one paragraph does not mix, by name.
        translationese: marks of a translation that follows its source too closely.
        numerals: those of a translation; it may have words of its source too.
        source_numerals: those of a source.
    """

    foreign: re.Pattern[str] | None = None
    known: frozenset[str] = frozenset()
    registers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    translationese: tuple[re.Pattern[str], ...] = ()
    numerals: Numerals = Numerals()
    source_numerals: Numerals = Numerals()


@cache
def _warn_missing(resolved: Path, path: Path) -> None:
    """Say once a process that there is no such file."""
    print(f"{path}: no such file; rows are sorted without the words and patterns of this language", file=sys.stderr)


def load_words(language: str, source_language: str) -> Words:
    """Read `data/review/<language>.yaml`, and of the source's language the numerals.

    Where the first is not there, say so and return what needs no file.

    Raises:
        UserError: a field is missing or a pattern is no regular expression.
    """
    path, source = FOLDER / f"{language}.yaml", FOLDER / f"{source_language}.yaml"
    theirs = read_words(source).numerals if source.is_file() else Numerals()
    if not path.is_file():
        _warn_missing(path.resolve(), path)
        return Words(numerals=theirs, source_numerals=theirs)
    words = read_words(path)
    # The same word may be two numbers: a German Billion is 1000 English ones.
    ours = replace(words.numerals, words={**theirs.words, **words.numerals.words})
    theirs = replace(theirs, words={**words.numerals.words, **theirs.words})
    return replace(words, numerals=ours, source_numerals=theirs)


def read_words(path: Path) -> Words:
    """Read one language's file.

    Raises:
        UserError: a field is missing or a pattern is no regular expression; names file, line and field.
    """
    for problem in words_problems(path):
        raise UserError(problem)
    document: Row = load_yaml(path)
    return Words(
        foreign=_compiled(document["foreign"]) if "foreign" in document else None,
        known=frozenset(document["known"]),
        registers=tuple((each["name"], _compiled(each["endings"])) for each in document["registers"]),
        translationese=tuple(map(_compiled, document["translationese"])),
        numerals=Numerals(document["numerals"], document.get("decimal", ".")),
    )


def words_problems(path: Path) -> Iterator[str]:
    """Yield every mistake of one language's file, with its line and field.

    Raises:
        UserError: the file is not YAML.
    """
    document = load_yaml(path)
    wrong = problems(document, "review")
    yield from (located(path, field, words) for field, words in wrong)
    if wrong:
        return
    patterns: list[tuple[list[str | int], str]] = [(["foreign"], document["foreign"])] if "foreign" in document else []
    patterns += [(["registers", number, "endings"], each["endings"]) for number, each in enumerate(document["registers"])]
    patterns += [(["translationese", number], pattern) for number, pattern in enumerate(document["translationese"])]
    for place, pattern in patterns:
        try:
            _compiled(pattern)
        except re.error as error:
            yield located(path, place, f"not a regular expression: {error}")


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)
