"""What the filter knows of a language: words and patterns of `data/languages/<language>.yaml`."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from seedbed.util.errors import UserError
from seedbed.util.schemas import first_problem
from seedbed.util.yaml12 import line_of, load_yaml


@dataclass(frozen=True)
class Language:
    """What the filter knows of a language: the fields of `schemas/language.schema.json`, compiled."""

    scripts: list[tuple[re.Pattern[str], float]]
    refusals: list[re.Pattern[str]]
    truncations: list[re.Pattern[str]]
    not_text_tasks: list[re.Pattern[str]]
    leaks: list[re.Pattern[str]]


def load_language(path: Path) -> Language:
    """Read a language file; where there is none, say so and return one without words and patterns.

    Raises:
        UserError: a field is missing or a pattern is no regular expression.
    """
    if not path.is_file():
        print(f"{path}: no such file; the filter goes without words and patterns of this language", file=sys.stderr)
        return Language([], [], [], [], [])
    document = load_yaml(path)
    problem = first_problem(document, "language")
    if problem:
        field, words = problem
        raise UserError(f"{path}:{line_of(path, field)}: {'.'.join(map(str, field)) or 'the file'}: {words}")

    def compiled(pattern: str, *field: str | int) -> re.Pattern[str]:
        try:
            return re.compile(pattern)
        except re.error as error:
            raise UserError(f"{path}:{line_of(path, list(field))}: not a regular expression: {error}") from None

    lists = {
        name: [compiled(pattern, name, number) for number, pattern in enumerate(document[name])]
        for name in ("refusals", "truncations", "not_text_tasks", "leaks")
    }
    scripts = [
        (compiled(script["letters"], "scripts", number), script["least"]) for number, script in enumerate(document["scripts"])
    ]
    return Language(scripts=scripts, **lists)


def first_match(patterns: list[re.Pattern[str]], text: str) -> str | None:
    """Return what the first of `patterns` that is found in `text` matches there, quoted; None where none is found."""
    for pattern in patterns:
        if found := pattern.search(text):
            return repr(found[0][:40])
    return None
