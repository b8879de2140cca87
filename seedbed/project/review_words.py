"""What a reviewer looks for in a language: the words and patterns of `data/review/<language>.yaml`.

They are kept apart from `data/languages`, which paid stages depend on: these sort a queue, and change no row.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.schemas import first_problem
from seedbed.util.yaml12 import line_of, load_yaml

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


def load_words(language: str, source_language: str) -> Words:
    """Read `data/review/<language>.yaml`, and of the source's language the numerals.

    Where the first is not there, say so and return what needs no file.

    Raises:
        UserError: a field is missing or a pattern is no regular expression.
    """
    path, source = FOLDER / f"{language}.yaml", FOLDER / f"{source_language}.yaml"
    theirs = read_words(source).numerals if source.is_file() else Numerals()
    if not path.is_file():
        print(f"{path}: no such file; rows are sorted without words and patterns of this language", file=sys.stderr)
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
    document: Row = load_yaml(path)
    problem = first_problem(document, "review")
    if problem:
        at, words = problem
        raise UserError(f"{path}:{line_of(path, at)}: {'.'.join(map(str, at)) or 'the file'}: {words}")

    def compiled(pattern: str, *field: str | int) -> re.Pattern[str]:
        try:
            return re.compile(pattern, re.MULTILINE)
        except re.error as error:
            raise UserError(f"{path}:{line_of(path, list(field))}: not a regular expression: {error}") from None

    return Words(
        foreign=compiled(document["foreign"], "foreign") if "foreign" in document else None,
        known=frozenset(document["known"]),
        registers=tuple(
            (each["name"], compiled(each["endings"], "registers", number, "endings"))
            for number, each in enumerate(document["registers"])
        ),
        translationese=tuple(
            compiled(pattern, "translationese", number) for number, pattern in enumerate(document["translationese"])
        ),
        numerals=Numerals(document["numerals"], document.get("decimal", ".")),
    )
