"""Numerals in a text, whatever they are written in: digits of any width, kanji, words that a language file lists."""

import re
import unicodedata
from collections.abc import Mapping

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_POWERS = re.compile("[²³¹⁰-⁹₀-₉]")
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)(?:([百千万億兆]+)|[ -]([A-Za-z]+))?")
_KANJI = re.compile("[〇一二三四五六七八九十百千万億兆]+")
_LONGEST = 20  # characters of a kanji numeral; what is longer is none
_SPELLED = re.compile(r"([^\W\d_]+)(?:[ -]([^\W\d_]+))?")


def numbers_in_digits(text: str, words: Mapping[str, int]) -> set[float]:
    """Return the numbers that `text` gives in digits: `9:30` is 9 and 30, `17:00` is 17, `1,200` is 1200.

    A digit and its multiplier are one number: `30万`, and where `words` has it, `3 million`.
    """
    bare = re.sub(r"(?<=\d):00(?!\d)", "", _plain(text))
    found = set()
    for number, kanji, word in _WRITTEN.findall(bare):
        factor = words.get(word.lower(), 1)
        found.add(_value(number[:_LONGEST] + kanji[:_LONGEST]) if kanji else float(number) * (factor if factor >= 100 else 1))
    return found


def numbers_in_words(text: str, words: Mapping[str, int]) -> set[float]:
    """Return the numbers that `text` may mean beyond those: in kanji (`三十`) or in `words` (`twenty-one`).

    Generous: what only looks like a number is in it too.
    """
    plain = _plain(text)
    found = {_value(match[:_LONGEST]) for match in _KANJI.findall(plain)} | {
        float(_DIGITS[char]) for char in plain if char in _DIGITS
    }
    for word, tail in _SPELLED.findall(plain.lower()):
        found |= {float(words[each]) for each in (word, tail) if each in words}
        if word in words and tail in words:
            found.add(float(words[word] + words[tail]))
    return found


def _plain(text: str) -> str:
    return _THOUSANDS.sub("", unicodedata.normalize("NFKC", _POWERS.sub(" ", text)))


def _value(numeral: str) -> float:
    """Return what digits and kanji come to: `1億2000万`, `二十一`, `二〇二四`."""
    total = section = 0.0
    current: float | None = None
    for part in re.findall(r"\d+(?:\.\d+)?|.", numeral):
        if part in _SMALL:
            section += (1 if current is None else current) * _SMALL[part]
            current = None
        elif part in _LARGE:
            section += current or 0
            total += (section or 1) * _LARGE[part]
            section, current = 0.0, None
        elif part in _DIGITS:
            current = (current or 0) * 10 + _DIGITS[part]
        else:
            current = float(part)
    return total + section + (current or 0)
