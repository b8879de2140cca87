"""What each kind of check asks of an answer.

As a question's `checks` has it:

    {"kind": "length", "unit": "characters", "most": 400}

The text is a model's: it is read, and never executed. Checks of the kind `python` are for `confined.py`.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence

import duckdb

from seedbed.project.row_types import Check
from seedbed.util.numerals import stated_numbers

_FENCED = re.compile(r"^([ \t]*)```[ \t]*([\w+-]*)[^\n]*\n(.*?)^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE)
_BARE_CODE = re.compile(r"\s*(?:def \w+\(|import \w|from [\w.]+ import )")
_BULLET = re.compile(r"^[ \t]*(?:[-*+・•◦‣][ \t]*(?![-*])|\d{1,3}[.)．)][ \t]*|[①-⑳])\S", re.MULTILINE)
_HEADING = re.compile(r"^(?:#{1,6}[ \t]|\*\*[^*]+\*\*[:：]?$|【[^】]+】$|[■◆▼])")
_DECORATION = "#*【】「」『』■◆▼:： \t"
_SENTENCE_END = re.compile(r"[。！？!?]+(?![」』）)”\"'。！？!?])|[。！？!?]+[」』）)”\"']+(?=\s|$|[「『])|\.+[”\"')]*(?=\s|$)")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SCRIPTS = {
    "han": "CJK",
    **{name: name.upper() for name in ("hiragana", "katakana", "hangul", "latin", "cyrillic", "greek", "arabic", "hebrew")},
    **{name: name.upper() for name in ("thai", "devanagari")},
}
"""The word with which Unicode's names of a script's letters begin."""
_OF_SEVERAL_SCRIPTS = "ー々"
"""Letters that follow those of more scripts than one, so that they tell nothing."""


def passes(check: Check, answer: str) -> bool:
    """Return whether an answer passes a check of any kind but `python`.

    Raises:
        ValueError: the check's regular expression is none; `check_problem` says so beforehand.
    """
    return _KINDS[check["kind"]](check, answer)


def check_problem(check: Check) -> str | None:
    """Return what is wrong with a check that its schema cannot say, as `field: words`; None where nothing is."""
    least, most = check.get("range", (check.get("least", 0), check.get("most", float("inf"))))
    if "bullets" in check:
        least, most = check["bullets"].get("least", 0), check["bullets"].get("most", float("inf"))
    if least > most:
        return f"the least, {least}, is above the greatest, {most}; no answer passes"
    if "pattern" in check:
        try:
            passes(check, "")
        except ValueError as error:
            return f"pattern: not a regular expression (RE2): {error}"
    if check["kind"] == "python":
        try:
            compile(check["tests"], "tests", "exec")  # written by a person; compiled, and not run
        except SyntaxError as error:
            return f"tests: not Python: {error.msg} in line {error.lineno}"
    return None


def code_blocks(answer: str, languages: Sequence[str] = ("", "python", "py", "python3")) -> list[str]:
    """Return the fenced blocks of an answer that say one of `languages`; the whole answer where it is a bare function."""
    blocks = [code for language, code in _fenced(answer) if language.lower() in languages]
    return blocks or ([answer] if _BARE_CODE.match(answer) and "```" not in answer else [])


def _fenced(answer: str) -> Iterator[tuple[str, str]]:
    """Yield the language and the code of each fenced block, without the indentation that its fence has, as in a list."""
    for indent, language, code in _FENCED.findall(answer):
        yield language, re.sub(rf"^[ \t]{{1,{len(indent)}}}", "", code, flags=re.MULTILINE) if indent else code


def _number(check: Check, answer: str) -> bool:
    numbers = stated_numbers(answer, check.get("units", ()))
    if not numbers:
        return False
    tolerance = check.get("tolerance", 0)
    least, most = check.get("range") or (check["value"] - tolerance, check["value"] + tolerance)
    slack = 1e-9 * max(abs(least), abs(most))  # of floating point, not of the answer
    tested = numbers if check.get("which") == "any" else numbers[-1:]
    return any(least - slack <= number <= most + slack for number in tested)


def _format(check: Check, answer: str) -> bool:
    if "pattern" in check:
        return _matches(check["pattern"], answer)
    if "json" in check:
        return _is_json(answer)
    if "bullets" in check:
        return _within(len(_BULLET.findall(answer)), check["bullets"])
    headings = [_plain(text).strip(_DECORATION) for text in check["headings"]]
    return [text for text, marked in _lines(answer) if marked or text in headings] == headings


def _lines(answer: str) -> Iterator[tuple[str, bool]]:
    """Yield each line bare of the decoration of headings, and whether it is decorated as one."""
    for line in map(str.strip, answer.splitlines()):
        yield _plain(line).strip(_DECORATION), bool(_HEADING.match(line))


def _matches(pattern: str, answer: str) -> bool:
    """By RE2, which takes time in proportion to the text whatever the pattern is."""
    try:
        row = duckdb.execute("select regexp_matches(?, ?)", [answer, f"(?m){pattern}"]).fetchone()
    except duckdb.Error as error:
        raise ValueError(str(error).removeprefix("Invalid Input Error: ").splitlines()[0]) from None
    return bool(row and row[0])


def _is_json(answer: str) -> bool:
    blocks = [code for _, code in _fenced(answer)]
    try:
        json.loads(blocks[0] if len(blocks) == 1 else answer)
    except (ValueError, RecursionError):
        return False
    return True


def _length(check: Check, answer: str) -> bool:
    counted: dict[str, Callable[[], int]] = {
        "characters": lambda: sum(not character.isspace() for character in answer),
        "words": lambda: len(_WORD.findall(answer)),
        "sentences": lambda: sum(1 for _ in _sentences(answer)),
        "lines": lambda: sum(bool(line.strip()) for line in answer.splitlines()),
    }
    return _within(counted[check["unit"]](), check)


def _sentences(answer: str) -> Iterator[str]:
    """Yield what a mark of a sentence's end, or the end of a line, closes."""
    for line in answer.splitlines():
        for part in _SENTENCE_END.split(line):
            if any(map(str.isalnum, part)):
                yield part


def _language(check: Check, answer: str) -> bool:
    letters = [character for character in answer if character.isalpha() and character not in _OF_SEVERAL_SCRIPTS]
    if not letters:
        return "least" not in check
    prefixes = tuple(_SCRIPTS[script] for script in check["scripts"])
    names = (unicodedata.name(unicodedata.normalize("NFKC", letter)[0], "") for letter in letters)
    return _within(sum(name.startswith(prefixes) for name in names) / len(letters), check)


def _contains(check: Check, answer: str) -> bool:
    plain = _plain(answer)
    return all(_plain(text) in plain for text in check["texts"])


def _excludes(check: Check, answer: str) -> bool:
    plain = _plain(answer)
    return not any(_plain(text) in plain for text in check["texts"])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _within(value: float, bounds: Mapping[str, float]) -> bool:
    low, high = bounds.get("least", 0), bounds.get("most", float("inf"))
    return low <= value <= high


_KINDS: dict[str, Callable[[Check, str], bool]] = {
    "number": _number,
    "format": _format,
    "length": _length,
    "language": _language,
    "contains": _contains,
    "excludes": _excludes,
}
