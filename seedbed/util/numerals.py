"""Find numerals in a text: digits of any width, kanji, and number words of a language file.

A word of the list may begin another word: `zwei` and `hundert` are in `zweihundert`. One that is listed with a final hyphen
may begin any: with `zwanzig-`, `zwanzigste` means 20, and with `십-` and `삼`, `삼십분` means 30.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import takewhile

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
_KANJI = _DIGITS | {"十": 10, "百": 100, "千": 1000, "万": 10**4, "億": 10**8, "兆": 10**12}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CONTINENTAL_THOUSANDS = re.compile(r"(?<=\d)[.'’\u00a0\u202f](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<![\d,])(\d+),(\d+)(?!,?\d)")  # 3,5 and not the list 3,5,8
_POWERS = re.compile("[²³¹⁰-⁹₀-₉]")
_IN_DIGITS = re.compile(r"(\d+(?:\.\d+)?)(?:([百千万億兆]+)|([ -]?)([^\W\d_]+))?")
_KANJI_NUMERAL = re.compile("[〇一二三四五六七八九十百千万億兆]+")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 20
"""Characters of the longest kanji numeral and of the longest listed word; and words of the longest numeral in words."""


def numbers_in_digits(text: str, words: Mapping[str, int], decimal: str = ".") -> set[float]:
    """Return the numbers that `text` gives in digits: `9:30` is 9 and 30, `17:00` is 17, `1,200` is 1200.

    A digit and its multiplier are one number, `30万`, and where `words` has it, `3 million`; and so are two of them that
    follow one another from the large to the small: `1億2000万`.

    Args:
        text: the text.
        words: words for numbers, as in `data/review/<language>.yaml`.
        decimal: the language's decimal separator; with `,` it is `1.200` that is 1200, and `3,5` is 3.5.
    """
    bare = re.sub(r"(?<=\d):00(?!\d)", "", _plain(text, decimal))
    numbers: list[float] = []
    factor, end = 1.0, 0  # of the number before
    for match in _IN_DIGITS.finditer(bare):
        number, kanji, gap, word = match.groups("")
        multipliers: list[float] = [_KANJI[char] for char in kanji[:_LONGEST]]
        after = match.start(4) if word else match.end()
        if word:
            parts = [*takewhile(lambda part: part[0] >= 100, _parts(word.lower(), words))]
            length = sum(part[1] for part in parts)
            if not gap or length == len(word):  # `3만원`, `3 million`, and not `3 천천히`
                multipliers, after = [value for value, _ in parts], after + length
        digits = float(number[:_LONGEST])
        value = _value([digits, *multipliers])
        if numbers and value < factor and bare[end : match.start()] in ("", " "):
            numbers[-1] += value
        else:
            numbers.append(value)
        factor, end = (value / digits if multipliers and digits else 1.0), after
    return set(numbers)


def numbers_in_words(text: str, words: Mapping[str, int], decimal: str = ".") -> set[float]:
    """Return the numbers that `text` may mean beyond those: in kanji (`三十`) or in `words` (`twenty-one`, `einundzwanzig`).

    Generous: what only looks like a number is in it too. The arguments are those of `numbers_in_digits`.
    """
    plain = _plain(text, decimal).lower()
    values = {_value(_KANJI[char] for char in match[:_LONGEST]) for match in _KANJI_NUMERAL.findall(plain)}
    values |= {float(_DIGITS[char]) for char in plain if char in _DIGITS}
    run: list[float] = []  # words that follow one another: `two hundred`, `일억 이천만`
    end = 0
    for match in _WORD.finditer(plain):
        parts = _parts(match[0], words)
        numbers: list[float] = [value for value, _ in parts]
        run = [*run, *numbers][-_LONGEST:] if match.start() == end + 1 and plain[end] in " -" else numbers
        if numbers:
            values |= {_value(numbers), _value(run)}
        if sum(length for _, length in parts) < len(match[0]):
            run = []
        end = match.end()
    return values


def _parts(word: str, words: Mapping[str, int]) -> list[tuple[int, int]]:
    """Return the listed words that `word` begins with, each as its value and its length; none where it is no numeral."""
    parts: list[tuple[int, int, bool]] = []
    at = 0
    while at < len(word) and len(parts) < _LONGEST:
        for length in range(min(_LONGEST, len(word) - at), 0, -1):
            piece = word[at : at + length]
            if piece in words or f"{piece}-" in words:
                break
        else:
            break
        parts.append((words.get(f"{piece}-", words.get(piece, 0)), length, f"{piece}-" in words))
        at += length
    if at < len(word):
        while parts and not parts[-1][2]:  # no other word may begin with this one
            parts.pop()
    return [part[:2] for part in parts]


def _plain(text: str, decimal: str) -> str:
    text = _POWERS.sub(" ", text)
    if decimal == ",":
        text = re.sub(r"(?<=\d)\.(?=\d)", " ", _CONTINENTAL_THOUSANDS.sub("", text))  # 9.30 Uhr, 1.5.2024
        return unicodedata.normalize("NFKC", _DECIMAL_COMMA.sub(r"\1.\2", text))
    return _THOUSANDS.sub("", unicodedata.normalize("NFKC", text))


def _value(parts: Iterable[float]) -> float:
    """Return what the parts of a numeral come to: 2, 1000, 10000 of `二千万`; 1, 20 of `einundzwanzig`; 2, 0 of `二〇`.

    A power of ten multiplies the smaller numbers before it, a digit after a digit is the next digit, all else is added.
    """
    sums: list[float] = []
    digit = False
    for part in parts:
        if part in (10, 100, 1000, 10**4, 10**6, 10**8, 10**9, 10**12):
            smaller: list[float] = []
            while sums and sums[-1] < part:
                smaller.append(sums.pop())
            sums.append((sum(smaller) if smaller else 1.0) * part)
        elif digit and part < 10:
            sums[-1] = sums[-1] * 10 + part
        else:
            sums.append(part)
        digit = part < 10
    return sum(sums)


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_TIMES_TEN = re.compile(r"(?<=\d) ?(?:[×xX*]|\\times) ?10 ?\^ ?\{?(-?\d{1,3})\}?")
_STATED = re.compile(
    r"(?<![\d.^])(?P<sign>(?<![\w)\]])[-−])?(?P<number>(?:\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?[百千万億兆]{0,8}){1,8})"
    r"|(?P<kanji>[〇一二三四五六七八九十百千万億兆]{1,20})"
)
_PIECE = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[百千万億兆]")
_AFTER = 12
"""Characters after a number in which its unit may stand."""


def stated_numbers(text: str, units: Iterable[str] = ()) -> list[float]:
    """Return the numbers of a text in their order: `１億2,000万` is one, `3.4×10⁷` too, `-5` is negative.

    Args:
        text: the text; digits of any width, with thousands separators or without.
        units: words of which one must follow the number, e.g. `通り` or `m²`; a numeral in kanji alone counts only with one.
            None for any number in digits.
    """
    plain, plain_units = _stated_plain(text), [_stated_plain(unit).strip() for unit in units]
    numbers = []
    for match in _STATED.finditer(plain):
        if plain_units and not _followed_by(plain[match.end() : match.end() + _AFTER].lstrip(" "), plain_units):
            continue
        if kanji := match["kanji"]:
            if plain_units:
                numbers.append(_value(_KANJI[char] for char in kanji))
            continue
        pieces = [_KANJI.get(piece, None) or float(piece) for piece in _PIECE.findall(match["number"])]
        numbers.append(_value(pieces) * (-1 if match["sign"] else 1))
    return numbers


def _followed_by(rest: str, units: Iterable[str]) -> bool:
    """Whether a unit stands first, whole: `m` is neither `mm` nor `m^2`."""
    return any(
        rest.startswith(unit) and not (unit[-1:].isascii() and re.match(r"[A-Za-z^]", rest[len(unit) :])) for unit in units
    )


def _stated_plain(text: str) -> str:
    raised = _RAISED.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
    return _TIMES_TEN.sub(r"e\1", _THOUSANDS.sub("", unicodedata.normalize("NFKC", raised)))
