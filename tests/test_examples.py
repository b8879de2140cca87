"""The example rows that a new project starts with: whole, sound, and like no others."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from rapidfuzz.distance import LCSseq

from seedbed.filtering.similarity import rouge_l
from seedbed.filtering.tokenisers import space
from seedbed.project.corpora import read_corpus
from seedbed.project.params import load_params
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.rows import Row, read_rows
from tests.harness import ROOT
from tests.stand_in.filters import LANGUAGES, filter_of

EXAMPLES = ROOT / "seedbed" / "examples"
KINDS = {"seed_tasks": "task", "questions": "question", "baseline": "task"}
PARAMS = load_params(ROOT / "params.yaml")


def rows_of(name: str) -> list[Row]:
    """Return the example rows of a corpus."""
    return list(read_corpus(EXAMPLES / f"{name}.en.jsonl", KINDS[name], PARAMS))


def whole(row: Row) -> str:
    """Return all that a row says."""
    return " ".join(row[field] for field in ("text", "instruction", "input", "output") if field in row)


def asked(row: Row) -> str:
    """Return what a row asks."""
    return str(row.get("instruction") or row["text"])


def too_close(ours: Iterable[str], others: Iterable[str], threshold: float) -> list[str]:
    """Return pairs of texts whose ROUGE-L F is at the threshold or above."""
    found = []
    tokens = [(text, space(text)) for text in others]
    for text in ours:
        words = space(text)
        for other, theirs in tokens:
            if rouge_l(LCSseq.similarity(words, theirs), len(words), len(theirs)) >= threshold:
                found.append(f"{text[:60]!r} / {other[:60]!r}")
    return found


@pytest.mark.parametrize("name", KINDS)
def test_files_are_canonical(name: str) -> None:
    text = (EXAMPLES / f"{name}.en.jsonl").read_text(encoding="utf-8")
    assert text == "".join(canonical(parse_json(line)) + "\n" for line in text.splitlines())


def test_seeds_are_eight_of_eight_types_half_without_input() -> None:
    seeds = rows_of("seed_tasks")
    assert len(seeds) == len({row["task_type"] for row in seeds}) == 8
    assert sum(not row["input"] for row in seeds) == 4
    assert [row["id"] for row in seeds if row["is_classification"]] == ["classification-01"]
    assert sum(len(row["output"]) >= 400 for row in seeds) == 1
    assert all(row["id"] == f"{row['task_type']}-01" for row in seeds)


def test_questions_are_one_a_category_and_baseline_tasks_three() -> None:
    assert [row["category"] for row in rows_of("questions")] == PARAMS["labels"]["question"]
    assert all(row["id"] == f"{row['category']}-01" for row in rows_of("questions"))
    assert [row["id"] for row in rows_of("baseline")] == ["base-01", "base-02", "base-03"]


def test_sums_are_right_and_limits_are_kept() -> None:
    outputs = {row["id"]: row["output"] for name in ("seed_tasks", "baseline") for row in rows_of(name)}
    assert "7,300 steps on an average day" in outputs["arithmetic-01"]
    assert (5 * 6_300 + 2 * 9_800) / 7 == 7_300
    assert outputs["summarization-01"].count(".") == 2
    assert len(space(outputs["base-02"])) <= 10
    assert outputs["classification-01"] in ("sight", "hearing", "smell", "taste", "touch")
    assert sum(line[0].isdigit() for line in outputs["brainstorming-01"].splitlines()) == 5


def test_the_filter_finds_no_fault_with_a_task() -> None:
    filter = filter_of("en", LANGUAGES["en"], rules=[name for name in PARAMS["filter"]["rules"] if name != "near_duplicate"])
    assert [row["id"] for name in ("seed_tasks", "baseline") for row in rows_of(name) if filter.decide(row)] == []


def test_none_is_close_to_another_or_to_the_bundled_ones() -> None:
    ours = {name: rows_of(name) for name in KINDS}
    everything = [asked(row) for rows in ours.values() for row in rows]
    for number, text in enumerate(everything):
        assert too_close([text], everything[:number], 0.5) == []
    for name, kind in KINDS.items():
        bundled = list(read_rows(ROOT / "data" / f"{name}.en.jsonl", kind))
        assert too_close(everything, map(asked, bundled), 0.5) == []
        assert too_close(map(whole, ours[name]), map(whole, bundled), 0.4) == []


def test_none_is_close_to_vicunas_or_to_self_instructs(reference: Path) -> None:
    vicuna = [row["turns"][0] for row in read_rows(reference / "vicuna" / "question.jsonl", unique=None)]
    assert too_close((row["text"] for row in rows_of("questions")), vicuna, 0.5) == []
    others = []
    for row in read_rows(reference / "self-instruct" / "seed_tasks.jsonl", unique=None):
        first = row["instances"][0]
        others.append(f"{row['instruction']} {first['input']} {first['output']}")
    assert too_close((whole(row) for name in ("seed_tasks", "baseline") for row in rows_of(name)), others, 0.5) == []
