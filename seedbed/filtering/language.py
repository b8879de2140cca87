"""What the filter knows of a language: words and patterns of `data/languages/<language>.yaml`."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from seedbed.util.errors import UserError
from seedbed.util.schemas import first_problem
from seedbed.util.yaml12 import line_of, load_yaml

_WORD = re.compile(r"[^\W\d_]+")
_NO_WORDS = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|⟦.*?(?:⟧|\Z)", re.DOTALL)
"""Code, and what the stand-in writes in the letters of a language that it does not speak."""
_FEW = 8
"""Words below which a text need not have a common one among them."""


@dataclass(frozen=True)
class Language:
    """What the filter knows of a language: the fields of `schemas/language.schema.json`, compiled."""

    scripts: list[tuple[re.Pattern[str], float]]
    refusals: list[re.Pattern[str]]
    truncations: list[re.Pattern[str]]
    not_text_tasks: list[re.Pattern[str]]
    leaks: list[re.Pattern[str]]
    common_words: frozenset[str] = frozenset()
    least_common: float = 0.0

    def why_foreign(self, text: str) -> str | None:
        """Return why `text` is taken for another language, by its letters and then by its words; None where it is not."""
        letters = "".join(filter(str.isalpha, text))
        for pattern, least in self.scripts:
            share = sum(map(bool, map(pattern.match, letters))) / len(letters) if letters else 0.0
            if share < least:
                return f"{share:.0%} of the letters are {pattern.pattern}, fewer than {least:.0%}"
        words = _WORD.findall(_NO_WORDS.sub(" ", text).lower()) if self.common_words else []
        share = sum(word in self.common_words for word in words) / len(words) if len(words) >= _FEW else 1.0
        if share < self.least_common:
            return f"{share:.0%} of the words are common ones of this language, fewer than {self.least_common:.0%}"
        return None


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
    common = document.get("common_words", {"words": [], "least": 0.0})
    return Language(scripts=scripts, **lists, common_words=frozenset(common["words"]), least_common=common["least"])


def first_match(patterns: list[re.Pattern[str]], text: str) -> str | None:
    """Return what the first of `patterns` that is found in `text` matches there, quoted; None where none is found."""
    for pattern in patterns:
        if found := pattern.search(text):
            return repr(found[0][:40])
    return None
