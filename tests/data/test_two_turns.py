"""The twenty conversations: a corpus of its own, apart from the 80 questions, held to the same style and to its references."""

import ast
import math
from collections import Counter

import pytest

from seedbed.project.corpora import DIVIDER, fields_of, turns_of
from seedbed.reporting.checks.confined import passes_tests
from seedbed.util.canonical import content_hash
from tests.data.bundled import CODE, DATA, PARAMS, Text, corpus, edits, phrasebook, report, rows_of, values
from tests.data.test_house_style import KANJI_NUMBER, KANJI_ONE, found, without_speech
from tests.data.test_likeness import Corpus, texts_of, too_close
from tests.data.test_references import calculate

ROWS = corpus("two_turns")
REFERENCES = [row for row in rows_of(DATA / "references.ja.jsonl") if row["id"].startswith("turns-")]


def japanese() -> list[Text]:
    """Return both turns of every conversation as people wrote them in Japanese, and the references, without their code."""
    texts = [
        Text("two_turns", edit, field, text) for edit in edits("two_turns").values() for field, text in edit["fields"].items()
    ]
    said = [(row, text) for row in REFERENCES for text in (row["reference"], *row["follow_ups"])]
    return [
        at._replace(text=CODE.sub("◇", at.text)) for at in (*texts, *(Text("references", row, "", text) for row, text in said))
    ]


def test_twenty_conversations_of_two_turns_in_every_category() -> None:
    counts = Counter(row["category"] for row in ROWS)
    assert (sum(counts.values()), set(counts)) == (20, set(PARAMS["labels"]["question"]))
    assert {len(turns_of(row)) for row in ROWS} == {2}
    seen: Counter[str] = Counter()
    for row in ROWS:
        seen[row["category"]] += 1
        assert row["id"] == f"turns-{row['category']}-{seen[row['category']]:02d}"
    assert not {row["id"] for row in ROWS} & {row["id"] for row in corpus("questions")}


def test_each_has_grading_points_or_a_reference_and_a_point_for_the_second_turn() -> None:
    referenced = {row["id"] for row in REFERENCES}
    assert referenced == {row["id"] for row in ROWS if row["category"] in PARAMS["judge"]["reference_categories"]}
    assert [row["id"] for row in ROWS if "rubric" not in row and row["id"] not in referenced] == []
    report([row["id"] for row in ROWS if "rubric" in row and not any("2問目" in point for point in row["rubric"])])


def test_edits_were_made_on_the_texts_that_stand_now() -> None:
    assert list(edits("two_turns")) == [row["id"] for row in ROWS]
    for row in ROWS:
        source, edit = fields_of(row, "question"), edits("two_turns")[row["id"]]
        machine = {field: phrasebook()[text] for field, text in source.items()}
        assert (edit["source_hash"], edit["machine_hash"]) == (content_hash(source), content_hash(machine)), row["id"]
        assert set(edit["fields"]) == set(source)
        assert edit["decision"] == "edited"
        assert edit["fields"] != machine


def test_house_style() -> None:
    texts = japanese()
    problems = found("か？", without_speech(texts), "write か。") + found("。」", texts, "no 。 before 」")
    problems += found(KANJI_NUMBER, texts, "write a numeral") + found(KANJI_ONE, texts, "write a numeral")
    problems += found("～", texts, "write 〜") + found(
        r"\d (?:cm|mm|km|m|kg|g|ml|L)(?![A-Za-z])", texts, "no space before a unit"
    )
    problems += found(r"(?<![\d,.])\d{4,}円", texts, "write a comma")
    report(problems)


def test_references_compute_what_they_state() -> None:
    for row in REFERENCES:
        assert len(row["follow_ups"]) == 1
        if "check" in row:
            value = calculate(ast.parse(row["check"], mode="eval"))
            assert any(math.isclose(value, number, rel_tol=0.05) for number in values(row["reference"])), row["id"]
        if "range" in row:
            assert row["range"][0] < value < row["range"][1]
            assert all(any(math.isclose(end, number) for number in values(row["reference"])) for end in row["range"]), row["id"]


@pytest.mark.parametrize(
    ("id", "second", "stated"),
    [
        ("turns-fermi-01", 380_000 * 2 / 3, 250_000),
        ("turns-fermi-02", 18_333 * 0.75, 14_000),
        ("turns-fermi-03", 2_500 * 1.5 * 55, 210_000),
        ("turns-coding-math-02", 6 + (1 - 6 / 15) * 30, 24),
        ("turns-coding-math-03", 18 - 8, 10),
    ],
)
def test_second_turns_state_what_follows_from_the_first(id: str, second: float, stated: float) -> None:
    (reference,) = (row for row in REFERENCES if row["id"] == id)
    assert math.isclose(second, stated, rel_tol=0.03)
    assert any(math.isclose(stated, number) for number in values(reference["follow_ups"][0]))


def test_the_code_of_both_turns_passes_its_tests() -> None:
    """The tests of a conversation are for its last turn, whose function takes the place of the first one's."""
    (question,) = (row for row in ROWS if "checks" in row)
    (reference,) = (row for row in REFERENCES if row["id"] == question["id"])
    first, second = reference["reference"], reference["follow_ups"][0]
    (check,) = question["checks"]
    assert not passes_tests(first, check["tests"])
    assert passes_tests(DIVIDER.join([first, second]), check["tests"])
    even = (
        "assert all(a * p - s == t and 0 <= s < 10 * p for t in range(200) for p in range(1, 9) for a, s in [split_bill(t, p)])"
    )
    assert passes_tests(first, even)
    exact = (
        "assert all(o * (p - 1) + r == t and r >= 0 for t in range(300) for p in range(2, 9) for o, r in [split_bill(t, p)])"
    )
    assert passes_tests(second, exact)


def whole(language: str) -> dict[str, str]:
    """Return both turns of each conversation as one text, in English or in Japanese."""
    if language == "en":
        return {row["id"]: "\n".join(turns_of(row)) for row in ROWS}
    return {id: "\n".join(edit["fields"].values()) for id, edit in edits("two_turns").items()}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_none_is_close_to_a_question_a_seed_or_a_baseline_task(language: str) -> None:
    tokenise = texts_of("questions", language).tokenise
    ours = Corpus(whole(language), tokenise)
    problems = too_close(ours, None, 0.5)
    for name in ("questions", "seed_tasks", "baseline"):
        problems += too_close(ours, texts_of(name, language), 0.5)
    report(problems)
