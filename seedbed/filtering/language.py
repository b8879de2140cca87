"""What the filter knows of a language: words and patterns of `data/languages/<language>.yaml`."""

import re
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from unicodedata import normalize

from seedbed.util.errors import UserError
from seedbed.util.prose import prose, without_quotations
from seedbed.util.schemas import first_problem
from seedbed.util.yaml12 import line_of, load_yaml

_WORD = re.compile(r"[^\W\d_]+")
_UNKNOWN = re.compile(r"⟦.*?(?:⟧|\Z)", re.DOTALL)
"""What the stand-in writes in the letters of a language that it does not speak."""
_MATERIAL = re.compile(r"[:：]\s*\S.*", re.DOTALL)
"""What follows a colon: mostly the text that an instruction is about."""
_SENTENCE = re.compile(r"[A-Za-z][\w'’-]*(?:[ ,;.!?]{1,2}[A-Za-z][\w'’-]*){4,}[.!?]*")
"""Five words or more in Latin letters."""
_LISTS = (
    "refusals",
    "excuses",
    "asks_for_excuses",
    "truncations",
    "sentence_ends",
    "not_text_tasks",
    "leaks",
    "other_languages",
    "missing_inputs",
)
_FEW = 8
"""Words, or letters, below which nothing is said of a text's language."""
_MANY = 20
"""Letters from which an output's script is looked at: shorter ones are names, numbers and single words."""


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
    excuses: list[re.Pattern[str]] = field(default_factory=list)
    asks_for_excuses: list[re.Pattern[str]] = field(default_factory=list)
    other_languages: list[re.Pattern[str]] = field(default_factory=list)
    missing_inputs: list[re.Pattern[str]] = field(default_factory=list)
    sentence_ends: list[re.Pattern[str]] = field(default_factory=list)

    def why_foreign(self, text: str) -> str | None:
        """Return why an instruction is taken for another language, by its letters and then by its words; else None.

        Code and quotations are set aside, and what an instruction is about: what follows a colon, and whole sentences in
        Latin letters, as long as enough is left to tell the language by.
        """
        text = normalize("NFKC", text)
        rest = without_quotations(prose(_UNKNOWN.sub(" ", text)))
        for material in (_MATERIAL, self._foreign_sentences):
            shorter = material.sub(" ", rest) if material else rest
            rest = shorter if shorter != rest and _count_letters(shorter) >= _FEW else rest
        return self._why_foreign_letters(rest if any(map(str.isalpha, rest)) else text) or self._why_foreign_words(rest)

    def why_foreign_output(self, output: str, source: str) -> str | None:
        """Return why an output is taken for another language than its instruction is in; None where it is not.

        Args:
            output: the output.
            source: instruction and input; an output may be in a language that they name, or have sentences of.
        """
        rest = without_quotations(prose(output))
        letters = "".join(filter(str.isalpha, rest))
        if len(letters) < _MANY or not self.scripts:
            return None
        sentences = self._foreign_sentences
        if sentences and sentences.search(rest):
            reason = None if sentences.search(source) else self._why_foreign_letters(rest, part=0.05)
        else:
            others = sum(not letter.isascii() for letter in _runs(self.scripts[0][0]).sub("", letters))
            reason = f"{others} of {len(letters)} letters are of another script" if others > len(letters) / 2 else None
        return None if reason is None or first_match(self.other_languages, source) else reason  # the slowest question last

    @property
    def _foreign_sentences(self) -> re.Pattern[str] | None:
        """What matches sentences in Latin letters, where the language is written in others."""
        return None if not self.scripts or self.scripts[0][0].match("a") else _SENTENCE

    def _why_foreign_letters(self, text: str, part: float = 1.0) -> str | None:
        """Return what is missing of `part` of each script's least share; None where nothing is."""
        letters = "".join(filter(str.isalpha, text))
        for number, (pattern, least) in enumerate(self.scripts):
            if number and len(letters) < _FEW:
                continue
            share = sum(map(len, _runs(pattern).findall(letters))) / len(letters) if letters else 0.0
            if share < least * part:
                return f"{share:.0%} of the letters are {pattern.pattern}, fewer than {least * part:.0%}"
        return None

    def _why_foreign_words(self, text: str) -> str | None:
        words = _WORD.findall(text.lower()) if self.common_words else []
        share = sum(word in self.common_words for word in words) / len(words) if len(words) >= _FEW else 1.0
        if share < self.least_common:
            return f"{share:.0%} of the words are common ones of this language, fewer than {self.least_common:.0%}"
        return None


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, text))


@cache
def _runs(letter: re.Pattern[str]) -> re.Pattern[str]:
    """Return what matches several of a letter: much faster to count with."""
    return re.compile(f"(?:{letter.pattern})+", letter.flags)


@cache
def _warn_missing(resolved: Path, path: Path) -> None:
    """Say once a process that there is no such file."""
    print(f"{path}: no such file; the filter goes without words and patterns of this language", file=sys.stderr)


def load_language(path: Path, *, only_scripts: bool = False) -> Language:
    """Read a language file; where there is none, return one without words and patterns, and say so where a filter misses them.

    Args:
        path: the file.
        only_scripts: whether the scripts are wanted, and none of the many other patterns, which take long to compile.

    Raises:
        UserError: a field is missing or a pattern is no regular expression.
    """
    if not path.is_file():
        if not only_scripts:
            _warn_missing(path.resolve(), path)
        return Language([], [], [], [], [])
    document = load_yaml(path)
    problem = first_problem(document, "language")
    if problem:
        place, words = problem
        raise UserError(f"{path}:{line_of(path, place)}: {'.'.join(map(str, place)) or 'the file'}: {words}")

    def compiled(pattern: str, *place: str | int) -> re.Pattern[str]:
        try:
            return re.compile(pattern)
        except re.error as error:
            raise UserError(f"{path}:{line_of(path, list(place))}: not a regular expression: {error}") from None

    given = {name: [] if only_scripts else document.get(name, []) for name in _LISTS}
    lists = {name: [compiled(pattern, name, place) for place, pattern in enumerate(given[name])] for name in _LISTS}
    scripts = [
        (compiled(script["letters"], "scripts", number), script["least"]) for number, script in enumerate(document["scripts"])
    ]
    common = document.get("common_words", {"words": [], "least": 0.0})
    return Language(scripts=scripts, **lists, common_words=frozenset(common["words"]), least_common=common["least"])


def first_match(patterns: list[re.Pattern[str]], text: str) -> str | None:
    """Return what the first of `patterns` that is found in `text` matches there, quoted; None where none is found.

    Of a pattern that has a group `seen`, what that group matches.
    """
    for pattern in patterns:
        if match := pattern.search(text):
            return repr(match["seen" if "seen" in pattern.groupindex else 0][:40])
    return None
