"""Rows: their schema, their ids, how many there are of each kind; and the phrasebook that translates them."""

from collections import Counter
from pathlib import Path

import pytest

from seedbed.filtering.tokenisers import space
from seedbed.project.corpora import fields_of
from seedbed.util.canonical import canonical, parse_json
from tests.data.bundled import (
    FILES,
    KINDS,
    PARAMS,
    corpus,
    final,
    phrasebook,
    repertoire,
    report,
    rows_of,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_rows_fit_their_schema_and_are_canonical(path: Path) -> None:
    lines = path.read_bytes().decode().split("\n")
    problems = [
        f"{path.name}:{number}: not canonical: write {canonical(parse_json(line))[:80]}…"
        for number, line in enumerate(lines[:-1], start=1)
        if line != canonical(parse_json(line))
    ]
    assert lines[-1] == "", f"{path.name}: the last line does not end"
    assert rows_of(path)
    report(problems)


@pytest.mark.parametrize("name", KINDS)
def test_ids_are_numbered_without_gaps(name: str) -> None:
    counts: Counter[str] = Counter()
    problems = []
    for row in corpus(name):
        group = "base" if name == "baseline" else row.get("task_type") or row["category"]
        counts[group] += 1
        if row["id"] != (expected := f"{group}-{counts[group]:02d}"):
            problems.append(f"{name} {row['id']} id: expected {expected}")
    report(problems)


def test_seeds_are_many_and_of_many_types() -> None:
    types = Counter(row["task_type"] for row in corpus("seed_tasks"))
    assert sum(types.values()) == 175
    assert len(types) >= 20
    assert set(types) == set(PARAMS["labels"]["task"])
    report([f"seed_tasks {name}: {n} rows, above 10 %" for name, n in types.items() if n > 17.5])


def test_about_half_of_the_seeds_have_no_input() -> None:
    share = sum(not row["input"].strip() for row in corpus("seed_tasks")) / 175
    assert 0.4 <= share <= 0.6, f"{share:.1%} of the seeds have no input"


def test_questions_are_ten_in_each_category_and_baseline_tasks_sixty() -> None:
    assert Counter(row["category"] for row in corpus("questions")) == dict.fromkeys(PARAMS["labels"]["question"], 10)
    assert len(corpus("baseline")) == 60
    assert {row["task_type"] for row in corpus("baseline")} <= set(PARAMS["labels"]["task"])


def test_classifications_are_plausible() -> None:
    """One of a few labels: short in each language, asked by `classification` always and by free writing never."""
    never = {"fiction", "email", "dialogue", "brainstorming", "planning", "summarization", "rewriting", "coding", "translation"}
    problems = []
    for name in ("seed_tasks", "baseline"):
        for english, japanese in zip(corpus(name), final(name), strict=True):
            place = f"{name} {english['id']} is_classification"
            if english["task_type"] == "classification" and not english["is_classification"]:
                problems.append(f"{place}: a classification that says it is none")
            if english["is_classification"] and english["task_type"] in never:
                problems.append(f"{place}: {english['task_type']} is free writing")
            if english["is_classification"] and max(len(space(line)) for line in english["output"].splitlines()) > 6:
                problems.append(f"{place}: the English output is no label: {english['output']!r}")
            if english["is_classification"] and max(map(len, japanese["output"].splitlines())) > 20:
                problems.append(f"{place}: the Japanese output is no label: {japanese['output']!r}")
    report(problems)


@pytest.mark.parametrize("name", KINDS)
def test_every_text_has_a_machine_translation(name: str) -> None:
    report(
        [
            f"{name} {row['id']} {field}: not in phrasebook.ja.jsonl: {text[:40]!r}"
            for row in corpus(name)
            for field, text in fields_of(row, KINDS[name]).items()
            if text.strip() and not phrasebook().get(text, "").strip()
        ]
    )


def test_the_phrasebook_says_one_thing_and_nothing_idle() -> None:
    kinds = KINDS | {"two_turns": "question"}
    wanted = {text for name, kind in kinds.items() for row in corpus(name) for text in fields_of(row, kind).values()}
    counts = Counter(row["source"] for row in repertoire("phrasebook"))
    problems = [f"phrasebook.ja.jsonl: stands {n} times: {source[:60]!r}" for source, n in counts.items() if n > 1]
    problems += [f"phrasebook.ja.jsonl: no corpus has {source[:60]!r}" for source in counts if source not in wanted]
    problems += [
        f"phrasebook.ja.jsonl: unknown keys: {row}" for row in repertoire("phrasebook") if set(row) != {"source", "target"}
    ]
    report(problems)
