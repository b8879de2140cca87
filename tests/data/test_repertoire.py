"""What the stand-in can say is whole, and its flaws have the shares that it states."""

import ast
import math
import random
import re
from collections import Counter

import pytest

from seedbed.filtering.filter import Filter
from seedbed.filtering.language import load_language
from seedbed.project.prompts import load_prompt
from seedbed.stand_in import generation
from seedbed.stand_in.filling import PARTS, VARIABLE, fill, topics
from seedbed.stand_in.models import LEVELS
from seedbed.util.rows import Row
from tests.data.bundled import (
    DATA,
    PARAMS,
    corpus,
    final,
    machine_of,
    python_blocks,
    repertoire,
    report,
    strings,
)
from tests.data.test_facts import is_json
from tests.harness import ROOT


def test_every_question_has_three_answers() -> None:
    rows = repertoire("answers")
    assert len(rows) == 80
    questions = {japanese["text"]: machine_of(english, "questions")["text"] for english, japanese in questions_in_pairs()}
    problems = [f"answers: no row for {text[:40]!r}" for text in questions.keys() - {row["question"] for row in rows}]
    for number, row in enumerate(rows, start=1):
        if set(row) != {"question", "machine", *LEVELS}:
            problems.append(f"answers:{number}: keys {sorted(row)}")
        elif questions.get(row["question"], row["machine"]) != row["machine"]:
            problems.append(f"answers:{number} machine: not the phrasebook's text of {row['question'][:40]!r}")
        if len({row[level].strip() for level in LEVELS} - {""}) != len(LEVELS):
            problems.append(f"answers:{number}: {', '.join(LEVELS)} are not three texts")
    report(problems)


def questions_in_pairs() -> list[tuple[Row, Row]]:
    """Return each question in English and in Japanese."""
    return list(zip(corpus("questions"), final("questions"), strict=True))


KEYS = {
    "topic",
    "field",
    "kinds",
    "definition",
    "benefit",
    "drawback",
    "situation",
    "related",
    "difference",
    "steps",
    "aspects",
}


def test_frames_are_many_and_take_kinds_that_there_are() -> None:
    frames = repertoire("frames")
    assert len(frames) >= 150
    assert {row["task_type"] for row in frames} == set(PARAMS["labels"]["task"])
    assert len({row["id"] for row in frames}) == len({row["instruction"] + row["input"] for row in frames}) == len(frames)
    problems = []
    for row in frames:
        if set(row) != {"id", "task_type", "kinds", "rare", *PARTS}:
            problems.append(f"frames {row['id']}: keys {sorted(row)}")
        elif len(row["kinds"]) != 1 or len(topics(row["kinds"][0])) < 2:
            problems.append(f"frames {row['id']} kinds: one, of which there are two topics at least, please: {row['kinds']}")
        problems += [f"frames {row['id']} {part}: a bare $" for part in PARTS if "$" in VARIABLE.sub("", row[part])]
    report(problems)


@pytest.mark.parametrize("seed", range(3))
def test_every_frame_is_filled_to_the_last_variable(seed: int) -> None:
    chance, problems = random.Random(seed), []
    for row in repertoire("frames"):
        filled = fill(row, chance.choice(topics(row["kinds"][0])), chance)
        problems += [f"{row['id']} {part}: {text!r}" for part, text in filled.items() if "$" in text]
        problems += [f"{row['id']} {part}: blank" for part in ("instruction", "output") if not filled[part].strip()]
        problems += [
            f"{row['id']} output: no JSON: {filled['output']}"
            for text in [filled["output"]]
            if text[0] == "{" and not is_json(text)
        ]
        for block in python_blocks(filled["output"]):
            ast.parse(block)
        problems += [f"{row['id']}: the output is the input" for _ in range(1) if filled["output"] == filled["input"]]
    report(problems)


def test_topics_are_whole_and_said_once() -> None:
    assert len(repertoire("topics")) >= 300
    problems = []
    for row in repertoire("topics"):
        at = f"topics {row.get('topic')}"
        if set(row) - {"english"} != KEYS:
            problems.append(f"{at}: keys {sorted(row)}")
        if ("english" in row) != bool({"workshop", "object", "place"} & set(row["kinds"])) or "any" not in row["kinds"]:
            problems.append(
                f"{at} kinds: `any` and, with a name in English, what can be taught, bought or visited: {row['kinds']}"
            )
        if len(row["steps"]) < 3 or len(row["aspects"]) < 3:
            problems.append(f"{at}: {len(row['steps'])} steps and {len(row['aspects'])} aspects, fewer than three")
        if any(set(aspect) != {"aspect", "text"} for aspect in row["aspects"]):
            problems.append(f"{at} aspects: keys other than aspect and text")
        if row["topic"] == row["related"]:
            problems.append(f"{at} related: the topic itself")
        if not re.search("[いうくぐすつぬぶむるただ]$", row["situation"]):
            problems.append(f"{at} situation: cannot be followed by のですが: {row['situation']!r}")
        problems += [f"{at} {field}: blank, or has a $" for field, text in strings(row) if not text.strip() or "$" in text]
    for field in ("topic", "definition", "benefit", "drawback", "difference"):
        counts = Counter(row[field] for row in repertoire("topics"))
        problems += [f"topics {field}: stands {n} times: {text!r}" for text, n in counts.items() if n > 1]
    report(problems)


def test_letters_have_three_parts_in_two_languages() -> None:
    parts = Counter(row["part"] for row in repertoire("letters"))
    assert set(parts) == {"opening", "middle", "closing"}
    assert min(parts.values()) >= 6
    assert all(set(row) == {"part", "english", "japanese"} for row in repertoire("letters"))
    assert len({row["english"] for row in repertoire("letters")}) == len({row["japanese"] for row in repertoire("letters")})


@pytest.fixture(scope="module")
def composed() -> list[Row]:
    """Two thousand instructions of the stand-in's."""
    return generation.write(2_000, random.Random(7))


def test_no_variable_is_left(composed: list[Row]) -> None:
    report([f"{field}: {text!r}" for row in composed for field, text in row.items() if "$" in text])


@pytest.mark.slow
def test_flaws_have_the_shares_that_the_stand_in_states(composed: list[Row]) -> None:
    """Within three standard deviations; near duplicates are more, since a grammar of this size repeats itself unasked."""
    language = load_language(DATA / "languages" / "ja.yaml")
    prompt = load_prompt("generate", ROOT / "prompts")
    filter = Filter(PARAMS["filter"], language, final("seed_tasks"), final("questions"), prompt)
    rejections = [filter.decide(row | {"id": f"composed-{number}"}) for number, row in enumerate(composed)]
    counts = Counter(rejection.reason for rejection in rejections if rejection)
    problems = [
        f"{reason}: found by the filter, and no flaw of the stand-in's" for reason in set(counts) - set(generation.SHARES)
    ]
    for reason, share in generation.SHARES.items():
        found, spread = counts[reason] / len(composed), 3 * math.sqrt(share * (1 - share) / len(composed))
        most = share + spread + (0.06 if reason == "near_duplicate" else 0)
        if not share - spread <= found <= most:
            problems.append(f"{reason}: {found:.2%} of the instructions, where the stand-in states {share:.2%}")
    report(problems)
