"""Tokenisers: from a text to the tokens that similarity is measured on. One function each.

Case and width are folded first (NFKC, casefold), and punctuation is no token, as in rouge_score; unlike there, no
letter of any language is deleted.
"""

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import regex

from seedbed.util.errors import UserError

Tokenise = Callable[[str], list[str]]
Tag = Callable[[str], list[Any]]
_SUDACHI_BYTES = 49_149
"""SudachiPy's longest input, in UTF-8 bytes."""
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_CHARACTER = regex.compile(r"[\p{L}\p{N}]\p{M}*")


def load_tokeniser(settings: dict[str, Any]) -> Tokenise:
    """Return the tokeniser that `filter.tokeniser` names.

    Raises:
        UserError: Sudachi's dictionary is not installed, or is of another version than the one named.
    """
    if settings["name"] == "space":
        return space
    if settings["name"] == "character":
        return character
    return partial(sudachi, _load_sudachi(settings))


def load_tagger(settings: dict[str, Any]) -> Tag | None:
    """Return what cuts a text into `sudachipy.Morpheme`s, punctuation among them; None where the tokeniser tags nothing.

    Raises:
        UserError: as `load_tokeniser`.
    """
    return partial(morphemes, _load_sudachi(settings)) if settings["name"] == "sudachi" else None


def _load_sudachi(settings: dict[str, Any]) -> Any:
    named = settings.get("dictionary", "")
    try:
        installed = version("sudachidict-core")
    except PackageNotFoundError:
        raise UserError(
            "filter.tokeniser: sudachidict-core is not installed; install it with `pip install 'seedbed[ja]'`, or name another"
        ) from None
    if installed != named:
        raise UserError(
            f"filter.tokeniser.dictionary: {named!r} is named in params.yaml, {installed!r} is installed; tokens and so "
            "decisions differ between them: name the installed one, or install the one named"
        )
    from sudachipy import Dictionary, SplitMode

    mode = {"A": SplitMode.A, "B": SplitMode.B, "C": SplitMode.C}[settings.get("mode", "C")]
    return Dictionary(dict="core").tokenizer(mode=mode)


def fold(text: str) -> str:
    """Return `text` with case and width folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def space(text: str) -> list[str]:
    """Words of a language that separates them: runs of letters, marks and digits."""
    return _WORD.findall(fold(text))


def character(text: str) -> list[str]:
    """Letters and digits, one by one, each with its combining marks."""
    return _CHARACTER.findall(fold(text))


def sudachi(tokenizer: Any, text: str) -> list[str]:
    """Japanese morphemes, by SudachiPy."""
    return words(morphemes(tokenizer, text))


def morphemes(tokenizer: Any, text: str) -> list[Any]:
    """Japanese morphemes with their parts of speech, by SudachiPy."""
    return [morpheme for part in _parts(fold(text)) for morpheme in tokenizer.tokenize(part)]


def words(tagged: Sequence[Any]) -> list[str]:
    """Return the tokens among morphemes: what is no punctuation."""
    return [word for morpheme in tagged if _is_word(word := morpheme.surface())]


@lru_cache(maxsize=1 << 16)
def _is_word(surface: str) -> bool:
    return _WORD.search(surface) is not None


def _parts(text: str) -> list[str]:
    """Cut a text that is too long for Sudachi at the end of a sentence or line, or, where one is too long, anywhere."""
    if len(text.encode()) <= _SUDACHI_BYTES:
        return [text]
    longest = _SUDACHI_BYTES // 4  # no character is longer than four bytes
    parts = [""]
    for sentence in regex.split(r"(?<=[。\n])", text):
        for start in range(0, len(sentence), longest):
            piece = sentence[start : start + longest]
            if len(parts[-1]) + len(piece) > longest:
                parts.append("")
            parts[-1] += piece
    return parts
