"""Japanese texts are Japanese: script, width, kanji."""

import unicodedata

from seedbed.stand_in.models import LEVELS
from tests.data.bundled import (
    CODE,
    JAPANESE,
    final_texts,
    japanese_texts,
    report,
)

FULL_WIDTH = set("！？：；（）／＋－＝…\u3000")
"""What NFKC would change, and Japanese writes all the same: full-width marks, signs of arithmetic, the space of slogans."""
POWERS = set("²³")
"""In worked solutions of `coding-math` only."""
CHINESE = set("个么从气儿")
"""Simplified forms that JIS X 0208 has too, and that no Japanese text of today uses."""
LEAST_JAPANESE = {"instruction": 0.5, "input": 0.7, "output": 0.75, "text": 0.8}
"""Share of the letters outside code that must be Japanese. Instructions name formats (CSV, JSON), outputs have units (cm, kg);
a translator's leftovers, such as names in Latin letters, come out well below in any text that is not long."""
OTHER_SCRIPTS = {"translation", "coding", "headline"}
"""Types whose very object is another language, code, or a line too short to measure."""


def test_texts_are_in_japanese_script() -> None:
    problems = []
    for at in final_texts("seed_tasks", "questions"):
        letters = [char for char in CODE.sub("", at.text) if char.isalpha()]
        if at.note or at.row.get("task_type") in OTHER_SCRIPTS or len(letters) < 2:
            continue
        share = sum(bool(JAPANESE.match(char)) for char in letters) / len(letters)
        if share < LEAST_JAPANESE[at.field]:
            problems.append(f"{at}: {share:.0%} of the letters are Japanese: {at.text[:60]!r}")
    report(problems)


def test_no_half_width_katakana_no_full_width_letters_and_nothing_else_that_nfkc_changes() -> None:
    problems = []
    for at in japanese_texts():
        powers = POWERS if at.field in ("reference", *LEVELS) else set()
        for char in sorted(set(at.text) - FULL_WIDTH - powers):
            folded = unicodedata.normalize("NFKC", char)
            if "\uff61" <= char <= "\uff9f":
                problems.append(f"{at}: half-width katakana {char!r}")
            elif folded != char:
                kind = "full-width" if char > "\uff00" and folded.isalnum() else "compatibility"
                problems.append(f"{at}: {kind} character {char!r}; write {folded!r}")
        if unicodedata.normalize("NFC", at.text) != at.text:
            problems.append(f"{at}: not composed (NFC)")
    report(problems)


def test_kanji_are_japanese_ones() -> None:
    """Encodable in cp932, which has JIS X 0208 and no simplified form; and none of the few forms that it shares."""
    problems = []
    for at in japanese_texts():
        for char in sorted(set(at.text)):
            if "一" <= char <= "鿿" or "㐀" <= char <= "䶿":
                try:
                    char.encode("cp932")
                except UnicodeEncodeError:
                    problems.append(f"{at}: {char!r} is no Japanese kanji")
                if char in CHINESE:
                    problems.append(f"{at}: {char!r} is a simplified form")
    report(problems)
