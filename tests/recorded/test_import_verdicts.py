"""Verdicts of other tools: which pair of models is taken of a file, and that they are on the answers that are recorded."""

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.project import paths
from seedbed.recorded.import_answers import import_answers
from seedbed.recorded.import_verdicts import import_verdicts
from seedbed.recorded.reading import Source
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, read_rows, write_rows
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT, without_conversations

JUDGED = Path("data/recorded/judgments")


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    """A project with two questions, and recorded answers of the models a and b; the working folder while a test runs."""
    (tmp_path / "data").mkdir()
    text = without_conversations((ROOT / "params.yaml").read_text(encoding="utf-8"))
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with chdir(tmp_path):
        asked = [{"id": id, "category": "generic", "text": f"Question {id}"} for id in ("one", "two")]
        write("data/questions.en.jsonl", asked)
        for model in ("a", "b"):
            rows = [
                {"instruction": f"Question {id}", "output": f"{id} of {model}", "generator": model} for id in ("one", "two")
            ]
            import_answers(write("answers.jsonl", rows), model, None, fill=False, yes=True)
        yield tmp_path


def write(name: str, rows: list[Any]) -> Source:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return Source(Path(name))


def verdict(id: str, first: str, second: str, winner: str = "model_1") -> Row:
    return {"question_id": id, "model_1": first, "model_2": second, "g1_winner": winner, "g2_winner": winner}


def take(rows: list[Row], model: str | None = None, baseline: str | None = None, *, yes: bool = True) -> str:
    return import_verdicts(write("v.jsonl", rows), model, baseline, one_order=True, yes=yes)


def taken(match: str) -> list[tuple[str, str, str]]:
    rows = read_rows(JUDGED / f"{match}.jsonl", "fastchat_verdict", unique=None)
    return [(row["question_id"], row["model_1"], row["model_2"]) for row in rows]


def test_verdicts_on_models_that_are_not_in_the_project_are_left_out() -> None:
    rows = [verdict("one", "x", "a"), verdict("one", "a", "b"), verdict("nine", "x", "モデル"), verdict("two", "b", "a")]
    said = take(rows)
    assert "2 rows left out: it is on a model that is not in params.yaml (first: v.jsonl:1)" in said
    assert taken("a-vs-b") == [("one", "a", "b"), ("two", "b", "a")]
    with pytest.raises(UserError, match=r"verdicts on 'x', a model that is not in params\.yaml"):
        take(rows[:1])
    assert "1 verdict imported" in take([verdict("one", "x", "a")], "b", "a")  # x is what the file calls b
    assert taken("b-vs-a") == [("one", "b", "a")]


def test_a_pair_of_several_is_chosen_by_its_ids() -> None:
    rows = [verdict("one", "good", "a"), verdict("one", "b", "a"), verdict("two", "a", "b"), verdict("one", "x", "y")]
    with pytest.raises(UserError, match=r"v\.jsonl:2: .*; use one file per pair of models, or choose a pair with --model ID"):
        take(rows)
    said = take(rows, "a", "b")
    assert "2 rows left out: it is on other models than those of --model and --baseline (first: v.jsonl:1)" in said
    assert taken("a-vs-b") == [("one", "b", "a"), ("two", "a", "b")]
    assert load_yaml(paths.PARAMS)["matches"]["a-vs-b"]["model"] == "a"


def annotation(id: str, first: str, second: str) -> Row:
    outputs = {"output_1": first, "output_2": second, "generator_1": "a", "generator_2": "b"}
    return {"instruction": f"Question {id}", "preference": 1.9} | outputs


def test_verdicts_on_other_answers_are_refused_with_their_number() -> None:
    """Before anything is written, and in the preview already."""
    right = [annotation(id, f"{id} of a", f" {id} of b\n") for id in ("one", "two")]
    wrong = [right[0], right[1] | {"output_1": "two of another run"}]
    for yes in (False, True):
        with pytest.raises(UserError) as error:
            take(wrong, yes=yes)
        assert (
            "v.jsonl: 1 of 2 verdicts quote other answers than the recorded ones, e.g. v.jsonl:2: row 'two': answer_2 "
            in str(error.value)
        )
        assert not JUDGED.exists()
    assert "2 verdicts imported" in take(right)


def test_verdicts_on_answers_of_a_build_and_on_failed_ones_are_compared_too() -> None:
    rows = [{"instruction": f"Question {id}", "output": text, "generator": "b"} for id, text in (("one", "x"), ("two", ""))]
    import_answers(write("answers.jsonl", rows), "b", None, fill=False, yes=True)
    assert "2 verdicts imported" in take([annotation("one", "one of a", "x"), annotation("two", "two of a", " ")])

    built = [{"id": "one", "model": "good", "text": "Built.", "failure": None, "request": None, "made_by": {"recorded": "x"}}]
    rows = [annotation("one", "one of a", "Built."), annotation("two", "two of a", "nothing is known of this one")]
    rows = [row | {"generator_2": "good"} for row in rows]
    write_rows(paths.answers("good"), built, "answer")
    assert "2 verdicts imported" in take(rows)
    write_rows(paths.answers("good"), [built[0] | {"text": "Built again."}], "answer")
    with pytest.raises(UserError, match="1 of 2 verdicts quote other answers"):
        take(rows)
