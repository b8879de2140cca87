"""Votes drawn where they tell most: the probabilities are on file before the draw, and the draw follows from them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seedbed.project.draws import Item, chance, is_drawn, log_draws, read_draws
from seedbed.project.params import load_params
from seedbed.reporting.statistics.informative import draw_probabilities
from seedbed.review.ballots import Answers, load_answers
from seedbed.review.drawing import drawn_items, drawn_sample, item_of, log_draw
from seedbed.review.queue.file_cache import FileCache
from seedbed.util.errors import UserError
from seedbed.util.rows import write_rows
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT
from tests.review.project import MADE_BY, write_answers, write_questions

pytestmark = pytest.mark.usefixtures("folder")
QUESTIONS = {f"generic-{n:02}": (f"Question {n}?", f"質問{n}") for n in range(40)}


def answers_of_forty() -> Answers:
    """Write 40 questions with answers of all models, and return them."""
    Path("queries").symlink_to(ROOT / "queries")
    write_questions(QUESTIONS)
    for model in ("good", "thin", "poor"):
        write_answers(model, {id: f"{model}の答え{id}" for id in QUESTIONS})
    return load_answers(load_yaml(Path("params.yaml")), FileCache())


def judge(match: str, verdicts: dict[str, tuple[str, str]]) -> None:
    """Write the judgments of a match: the verdicts of both orders, by question."""
    model, baseline = match.split("-vs-")
    rows: list[dict[str, Any]] = [
        {
            **{"match": match, "model": model, "baseline": baseline, "question": id, "order": order, "judge": "judge"},
            **{"verdict": verdict, "explanation": "…", "failure": None, "request": None, "made_by": MADE_BY},
        }
        for id, pair in verdicts.items()
        for order, verdict in zip(("ab", "ba"), pair, strict=True)
    ]
    write_rows(Path(f"data/build/judgments/{match}.jsonl"), rows, "judgment")


def test_probabilities_add_up_and_keep_their_bounds() -> None:
    weights = np.array([1.0] * 60 + [2.0] * 19 + [1000.0])
    found = draw_probabilities(weights, 30)
    assert found.sum() == pytest.approx(30, abs=1e-3)
    assert found.min() >= 0.05
    assert found[-1] == 1
    assert found[60] == pytest.approx(2 * found[0], abs=1e-5)
    assert (draw_probabilities(weights, 80) == 1).all()
    assert (draw_probabilities(weights, 1) >= 0.05).all()


def test_what_tells_more_is_likelier_and_all_is_on_file_before_the_draw() -> None:
    answers = answers_of_forty()
    ids = list(QUESTIONS)
    judge("good-vs-thin", {id: ("first", "first") if n < 10 else ("first", "second") for n, id in enumerate(ids)})
    assert "80 probabilities added" in log_draw(load_params(), answers, 12)
    draws = read_draws()
    mine = {item.question: p for item, p in draws.items() if item.match == "good-vs-thin"}
    assert mine[ids[0]] == pytest.approx(2 * mine[ids[20]], abs=1e-5)  # inconsistent
    assert sum(mine.values()) == pytest.approx(12, abs=1e-3)
    others = {p for item, p in draws.items() if item.match == "poor-vs-thin"}
    assert others == {0.3}  # not judged yet: drawn evenly
    ballots = drawn_sample(answers)
    assert {item_of(answers, b.match, b.question) for b in ballots} == drawn_items()
    assert drawn_items() == {item for item, p in draws.items() if chance(item) < p}
    assert "0 probabilities added" in log_draw(load_params(), answers, 12)


def test_a_larger_draw_holds_the_smaller_and_lines_are_only_added() -> None:
    answers = answers_of_forty()
    log_draw(load_params(), answers, 5)
    path = Path("data/votes/draws/good-vs-thin.jsonl")
    before, drawn = path.read_bytes(), drawn_items()
    log_draw(load_params(), answers, 20)
    assert path.read_bytes().startswith(before)
    assert drawn < drawn_items()
    log_draw(load_params(), answers, 5)
    assert len(path.read_bytes().splitlines()) == 80


def test_another_answer_is_another_item() -> None:
    answers = answers_of_forty()
    log_draw(load_params(), answers, 40)
    write_answers("good", dict.fromkeys(QUESTIONS, "別の答え"))
    changed = load_answers(load_yaml(Path("params.yaml")), FileCache())
    assert {ballot.match for ballot in drawn_sample(changed)} == {"poor-vs-thin"}
    assert "40 probabilities added" in log_draw(load_params(), changed, 40)


def test_an_items_own_number_is_as_good_as_drawn() -> None:
    items = [Item("m", f"q-{n}", "0" * 64, "1" * 64) for n in range(4000)]
    numbers = np.array([chance(item) for item in items])
    assert numbers.mean() == pytest.approx(0.5, abs=0.02)
    assert np.mean([is_drawn(item, 0.2) for item in items]) == pytest.approx(0.2, abs=0.02)


def test_a_file_that_is_broken_says_where() -> None:
    log_draws({Item("m", "q", "0" * 64, "1" * 64): 0.5})
    path = Path("data/votes/draws/m.jsonl")
    path.write_text(path.read_text().replace("0.5", "0.01"))
    with pytest.raises(UserError, match=r"data/votes/draws/m\.jsonl:1: field probability: 0\.01 is less than the minimum"):
        read_draws()


def test_a_line_without_an_end_is_not_run_into_the_next() -> None:
    one, other = (Item("m", question, "0" * 64, "1" * 64) for question in ("a", "b"))
    log_draws({one: 0.5})
    path = Path("data/votes/draws/m.jsonl")
    path.write_text(path.read_text().rstrip("\n"))
    log_draws({other: 0.25})
    assert read_draws() == {one: 0.5, other: 0.25}
