"""Tokenisers: from a text to the tokens that similarity is measured on.

A tokeniser is registered by its factory: a function that takes the block `filter.tokeniser` of `params.yaml` and returns
a function from a text to its tokens:

    def cut(text: str, size: int) -> list[str]:
        return [text[start : start + size] for start in range(len(text) - size + 1)]

    @tokeniser
    def ngrams(settings: Settings) -> Tokenise:
        return lambda text: cut(fold(text), settings.get("size", 2))

One for a language that has blanks between words is registered by `@tokeniser("name", separates_words=True)`: reports count
words then, and show them apart.

In the built-in ones case and width are folded first (NFKC, casefold), and punctuation is no token, as in rouge_score;
unlike there, no letter of any language is deleted.
"""

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar, overload

import regex

from seedbed.project.plugins import load_plugins, plugin_error
from seedbed.util.canonical import JsonObject, canonical
from seedbed.util.errors import UserError
from seedbed.util.registry import Registry, place_of, takes_other

Settings = JsonObject
"""The block `filter.tokeniser`; beside `name` it holds whatever the tokeniser needs to know."""
Tokenise = Callable[[str], list[str]]
Tag = Callable[[str], list[Any]]
TOKENISERS: Registry[Callable[[Settings], Tokenise]] = Registry("tokeniser", ("settings",))
_SEPARATE_WORDS = "separates_words"
_RULES = 1
"""Raised when the same settings give a text other tokens."""
_SUDACHI_BYTES = 49_149
"""SudachiPy's longest input, in UTF-8 bytes."""
_IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_CHARACTER = regex.compile(r"[\p{L}\p{N}]\p{M}*")


F = TypeVar("F", bound=Callable[[Settings], Tokenise])


@overload
def tokeniser(function: F, /) -> F: ...


@overload
def tokeniser(name: str, /, *, separates_words: bool = False) -> Callable[[F], F]: ...


def tokeniser(function_or_name: F | str, /, *, separates_words: bool = False) -> F | Callable[[F], F]:
    """Register a tokeniser's factory, under its own name (`@tokeniser`) or another (`@tokeniser("name")`).

    Args:
        function_or_name: the factory, or the name.
        separates_words: whether the language has blanks between words.

    Raises:
        UserError: the name is taken, or is not one that `params.yaml` can hold.
    """
    if not isinstance(function_or_name, str):
        TOKENISERS.register(function_or_name)
        return function_or_name
    name = function_or_name

    def register(function: F) -> F:
        setattr(function, _SEPARATE_WORDS, separates_words)
        TOKENISERS.register(name)(function)
        return function

    return register


def separates_words(settings: Settings) -> bool:
    """Whether the language of the tokeniser that `filter.tokeniser` names has blanks between words.

    Raises:
        UserError: there is none of this name, or a plug-in cannot be imported.
    """
    load_plugins()
    return getattr(TOKENISERS.get(settings["name"], "filter.tokeniser.name"), _SEPARATE_WORDS, False)


def load_tokeniser(settings: Settings) -> Tokenise:
    """Return the tokeniser that `filter.tokeniser` names, the library's own or a plug-in's.

    Raises:
        UserError: there is none of this name, Sudachi is not installed, its dictionary is of another version than the one
            named, or a plug-in raised an exception.
    """
    load_plugins()
    name = settings["name"]
    factory = TOKENISERS.get(name, "filter.tokeniser.name")
    if TOKENISERS.is_builtin(name):
        return factory(settings)
    try:
        tokenise: Any = factory(settings)
    except Exception as error:
        raise plugin_error(error, f"tokeniser {name!r}") from None
    where = f"{place_of(factory)}: tokeniser {name!r}"
    if not callable(tokenise):
        raise UserError(f"{where}: expected a function from a text to its tokens, found {type(tokenise).__name__}")
    if found := takes_other(tokenise, ("text",)):
        raise UserError(f"{where}: its function is called with (text), and takes {found}")
    return partial(_plugged_in, name, factory, tokenise)


def _plugged_in(name: str, factory: Callable[[Settings], Tokenise], tokenise: Tokenise, text: str) -> list[str]:
    """Return the tokens that a plug-in finds in a text; its mistakes are reported in one sentence."""
    try:
        tokens = tokenise(text)
    except Exception as error:
        raise plugin_error(error, f"tokeniser {name!r}") from None
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise UserError(f"{place_of(factory)}: tokeniser {name!r}: expected a list of texts, found {str(tokens)[:60]!r}")
    return tokens


@tokeniser("sudachi")
def _by_sudachi(settings: Settings) -> Tokenise:
    return partial(sudachi, _load_sudachi(settings))


@tokeniser("character")
def _by_character(settings: Settings) -> Tokenise:
    return character


@tokeniser("space", separates_words=True)
def _by_space(settings: Settings) -> Tokenise:
    return space


def load_tagger(settings: Settings) -> Tag | None:
    """Return what cuts a text into `sudachipy.Morpheme`s, punctuation among them; None where the tokeniser tags nothing.

    Raises:
        UserError: as `load_tokeniser`.
    """
    return partial(morphemes, _load_sudachi(settings)) if settings["name"] == "sudachi" else None


def identity_of(settings: Settings) -> str | None:
    """Return what the tokens of a text depend on, for a built-in tokeniser that takes so long that they are worth keeping.

    A plug-in's code may change without a word, so its tokens are not kept.
    """
    if settings["name"] != "sudachi":
        return None
    from importlib.metadata import version

    parts = {"rules": _RULES, "settings": settings, "sudachipy": version("sudachipy"), "unicode": unicodedata.unidata_version}
    return canonical(parts | {"regex": version("regex")})


def _load_sudachi(settings: Settings) -> Any:
    from importlib.metadata import version

    try:
        from sudachipy import Dictionary, SplitMode

        installed = version("sudachidict-core")
    except ImportError:  # of which a distribution that is not installed is one too
        raise UserError(
            "filter.tokeniser: sudachi needs an extra; install it with `pip install 'seedbed[ja]'`, or name another tokeniser"
        ) from None
    named = settings.get("dictionary", "")
    if installed != named:
        raise UserError(
            f"filter.tokeniser.dictionary: {named!r} is named in params.yaml, {installed!r} is installed; tokens and so "
            "decisions differ between them: name the installed one, or install the one named"
        )
    mode = {"A": SplitMode.A, "B": SplitMode.B, "C": SplitMode.C}[settings.get("mode", "C")]
    return Dictionary(dict="core").tokenizer(mode=mode)


def fold(text: str) -> str:
    """Return `text` with case and width folded, without characters that a renderer is to ignore."""
    return unicodedata.normalize("NFKC", text if text.isascii() else _IGNORABLE.sub("", text)).casefold()


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
