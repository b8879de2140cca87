"""Pseudo-localising: English in the letters of another language, so that a project in any language can be rehearsed.

    localise("Open the door.", "ko")    ⟦오̲피에나 타하에 다오오리.⟧
    localise("Open the door.", "de")    ⟦Öpen the döör.⟧

It is no translation, and nobody can take it for one: each text stands between ⟦ and ⟧. Every letter is replaced by one of
the language's own, or, where it has Latin letters, some are by its special ones. Capitals of a script that has none are
underlined. Digits, punctuation, code, URLs and placeholders stay, and so do words and their lengths.
"""

import re
from functools import cache
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

from seedbed.stand_in.alphabets import CASED, letters_of, script_of

OPEN, CLOSE = "⟦", "⟧"
"""What each pseudo-localised text stands between."""
_CAPITAL = "\N{COMBINING LOW LINE}"
_KEPT = r"```.*?(?:```|\Z)|`[^`\n]+`|https?://\S+|\$\{\w+\}|\$[^\W\d]\w*|\{\w+\}|%[sdf]\b|</?\w+>"
"""Code, URLs and placeholders."""


class _Code(NamedTuple):
    """How a language is written and read.

    Attributes:
        table: Latin letters to the language's own, for `str.translate`.
        latin: the language's own letters to Latin ones.
        own: finds one of our letters or marks, which an English text may have by itself.
        english: finds, in English, what is kept, or a run beyond ASCII (group `foreign`).
        localised: finds, in a pseudo-localised text, what is kept, a run put in brackets (group `foreign`), or a letter.
    """

    table: dict[int, str]
    latin: dict[str, str]
    own: re.Pattern[str]
    english: re.Pattern[str]
    localised: re.Pattern[str]


def localise(text: str, language: str) -> str:
    """Return an English text pseudo-localised; in English, and where it is blank, as it is.

    What has some of the language's own letters already is kept, and put between ⟪ and ⟫.
    """
    if language == "en" or not text.strip():
        return text
    code, parts, end = _code(language), [OPEN], 0
    for match in code.english.finditer(text):
        parts.append(text[end : match.start()].translate(code.table))
        is_ours = match["foreign"] and code.own.search(match["foreign"])
        parts.append(f"⟪{match[0].replace('⟫', '⟫⟫')}⟫" if is_ours else match[0])
        end = match.end()
    return "".join([*parts, text[end:].translate(code.table), CLOSE])


def unlocalise(text: str, language: str) -> str:
    """Return the English of a text that `localise` wrote; another text as it is. A lost ⟧ does no harm."""
    if language == "en" or not text.startswith(OPEN):
        return text
    code = _code(language)

    def read(match: re.Match[str]) -> str:
        if match["foreign"]:
            return match["foreign"][1:-1].replace("⟫⟫", "⟫")
        return code.latin.get(match[0], match[0])

    return code.localised.sub(read, text.removeprefix(OPEN).removesuffix(CLOSE))


@cache
def _code(language: str) -> _Code:
    capital = _capital_letter if script_of(language) in CASED else _underlined
    letters = dict(zip(ascii_lowercase, letters_of(language), strict=True))
    letters |= {letter: capital(letters[letter.lower()]) for letter in ascii_uppercase}
    own = "".join({char for text in letters.values() for char in text if not char.isascii()})
    return _Code(
        table=str.maketrans(letters),
        latin={own_letter: letter for letter, own_letter in letters.items()},
        own=re.compile(f"[{own}{OPEN}{CLOSE}⟪⟫{_CAPITAL}]"),
        english=re.compile(rf"{_KEPT}|(?P<foreign>[^\x00-\x7f\s]+)", re.DOTALL),
        localised=re.compile(rf"{_KEPT}|(?P<foreign>⟪(?:[^⟫]|⟫⟫)*⟫)|[{own}]{_CAPITAL}?", re.DOTALL),
    )


def _capital_letter(letter: str) -> str:
    return "ẞ" if letter == "ß" else letter.upper()  # Python's capital of ß is SS


def _underlined(letter: str) -> str:
    return letter + _CAPITAL
