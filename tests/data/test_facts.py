"""The same facts in every language: numerals, code, sums."""

import ast
import math
import re
from collections import Counter
from itertools import product

import pytest

from seedbed.project.corpora import FIELDS
from seedbed.util.canonical import parse_json
from tests.data.bundled import (
    CODE,
    FENCE,
    KINDS,
    Text,
    corpus,
    edits,
    final,
    final_texts,
    japanese_texts,
    machine_of,
    numerals,
    one_register,
    python_blocks,
    report,
    values,
)

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
NUMERALS = {"base-01": "the Fourth of July is 7月4日 in Japanese", "base-07": "an hour is 1時間 in Japanese"}
"""Rows without an edit, and so without a note, whose numerals differ, and why."""


CARDINALS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
CARDINALS += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
WORDS = {word: str(number) for number, word in enumerate(CARDINALS)}
WORDS |= {"thirty": "30", "forty": "40", "fifty": "50", "fifties": "50", "sixty": "60", "seventy": "70"}
WORDS |= {"twenties": "20", "twenty-six": "26", "half an hour": "30", "twice": "2", "second": "2", "both": "2", "third": "3"}
WORDS |= {
    "tenth": "10",
    "fourth": "4",
    "fifth": "5",
    "sixteenth": "16",
    "seventeenth": "17",
    "nineteenth": "19",
    "twentieth": "20",
}


def in_words(text: str) -> set[str]:
    """Return the numbers that English writes in words, where Japanese has numerals; 1 is in every "a" and "each"."""
    return {"1"} | {number for word, number in WORDS.items() if re.search(rf"\b{word}\b", text, re.IGNORECASE)}


def months(text: str) -> Counter[str]:
    """Return the numbers of the months named in English, which Japanese writes in numerals."""
    numbers = {name: str(number) for number, name in enumerate(MONTHS, start=1)}
    return Counter(numbers[name.capitalize()] for name in re.findall(rf"\b({'|'.join(MONTHS)})\b", text, re.IGNORECASE))


@pytest.mark.parametrize("name", KINDS)
def test_numerals_and_code_are_the_same_in_every_language(name: str) -> None:
    problems = []
    for english, japanese in zip(corpus(name), final(name), strict=True):
        if edits(name).get(english["id"], {}).get("note") or english["id"] in NUMERALS:
            continue
        machine = machine_of(english, name)
        for field, layer in product(FIELDS[KINDS[name]], ("machine", "final")):
            text = machine[field] if layer == "machine" else japanese[field]
            missing, added = numerals(english[field]) - numerals(text), numerals(text) - numerals(english[field])
            if missing or set(added - months(english[field])) - in_words(english[field]):
                problems.append(f"{name} {english['id']} {field} ({layer}): lacks {[*missing]}, adds {[*added]}")
            if sorted(CODE.findall(english[field])) != sorted(CODE.findall(text)):
                problems.append(f"{name} {english['id']} {field} ({layer}): other code than in English")
    report(problems)


def test_python_parses() -> None:
    """In tasks and their translations, references, good and thin answers; a note may say that code is faulty on purpose."""
    texts = [*final_texts(*KINDS), *one_register(), *(at for at in japanese_texts() if at.place.startswith("phrasebook"))]
    texts += [Text(name, row, field, row[field]) for name in KINDS for row in corpus(name) for field in FIELDS[KINDS[name]]]
    problems = []
    for at in texts:
        if len(FENCE.findall(at.text)) * 2 != at.text.count("```"):
            problems.append(f"{at}: a code block that is never closed")
        for block in python_blocks(at.text):
            try:
                ast.parse(block)
            except SyntaxError as error:
                if "deliberately faulty" not in at.note:
                    problems.append(f"{at}: {error}")
    report(problems)


def test_json_parses() -> None:
    report(
        [
            f"{name} {row['id']} output: not JSON: {row['output']!r}"
            for name in ("seed_tasks", "baseline")
            for row in (*corpus(name), *final(name))
            if row["output"].startswith("{") and not is_json(row["output"])
        ]
    )


def is_json(text: str) -> bool:
    """Say whether `text` is JSON."""
    try:
        parse_json(text)
    except ValueError:
        return False
    return True


SUMS: dict[str, tuple[float, ...]] = {
    "arithmetic-01": (2 * 600 + 3 * 600 / 2,),
    "arithmetic-02": (240 / (14 - 2),),
    "arithmetic-03": (12_000 * (1 - 0.25) * 1.1,),
    "arithmetic-04": ((18.5 + 21.0 + 17.5 + 16.0 + 22.5) / 5,),
    "arithmetic-05": (300 / 4 * 10,),
    "arithmetic-06": ((13 * 60 + 10 - 8 * 60 - 52) - (12 * 60 + 25 - 9 * 60 - 47),),
    "arithmetic-07": (14 * 25_000 / 100 / 1_000,),
    "arithmetic-08": (math.ceil((148 + 163 + 139) / 24),),
    "open_qa-08": (100_000 * 1.02**2, 100_000 * (1 + 2 * 0.02)),
    "extraction-03": (840 + 1_250 + 180,),
    "logic-04": (28 + 2 * 5 + 1,),
    "explanation-08": (5 * 340,),
    "comparison-02": (900 * 6, 6_500 - 900 * 6, 6_500 // 900 + 1),
    "proofreading-06": (2_400 + 1_300 + 500,),
    "base-05": (12 / 4,),
    "base-26": (320 / (4 * 5),),
    "base-30": (48 * 1.25,),
    "base-31": (270 / 18, 270 / 18 * 4),
}
"""The numbers that an output must state, worked out again."""


def test_sums_are_right() -> None:
    problems, met = [], set()
    for name in ("seed_tasks", "baseline"):
        for english, japanese in zip(corpus(name), final(name), strict=True):
            if english["id"] not in SUMS:
                continue
            met.add(english["id"])
            outputs = {
                "English": english["output"],
                "machine": machine_of(english, name)["output"],
                "final": japanese["output"],
            }
            for (layer, output), number in product(outputs.items(), SUMS[english["id"]]):
                if not any(math.isclose(number, value) for value in values(output)):
                    problems.append(f"{name} {english['id']} output ({layer}): {number:g} is missing")
    problems += [f"{id}: no such row" for id in set(SUMS) - met]
    problems += [
        f"{row['id']}: not in SUMS"
        for row in corpus("seed_tasks")
        if row["task_type"] == "arithmetic" and row["id"] not in SUMS
    ]
    report(problems)
