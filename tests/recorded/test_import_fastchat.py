"""Recorded answers and verdicts: real ones to their known table, and each mistake named."""

import csv
import json
import re
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.recorded.fastchat import slug
from seedbed.recorded.import_fastchat import import_fastchat
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml
from tests.harness import Project

BASELINE = "openai--text-davinci-003"


def run_import(project: Project, *args: str) -> str:
    return project.run("seedbed", "import", "fastchat", "--yes", *args)


@pytest.mark.slow
def test_real_verdicts_give_their_known_table(project: Project, reference: Path) -> None:
    folder = reference / "ja-vicuna"
    args = ["--questions", str(folder / "question.jsonl"), "--baseline", BASELINE]
    args += ["--references", str(folder / "reference_answers.jsonl")]
    for path in sorted((folder / "answers").iterdir()):
        args += ["--answers", f"{path.stem}={path}"]
    for path in sorted((folder / "judgments").iterdir()):
        args += ["--judgments", str(path)]
    assert "80 questions, 4 models, 3 matches" in run_import(project, *args)
    assert "# how often a request is asked" in (project.root / "params.yaml").read_text(encoding="utf-8")
    project.repro("benchmark")

    expected = json.loads((folder / "expected_vs_davinci003.json").read_text(encoding="utf-8"))
    with (project.root / "reports" / "win_rates.csv").open(encoding="utf-8") as file:
        rows = {(row["model"], row["category"]): row for row in csv.DictReader(file)}
    checked = 0
    for model, categories in expected.items():
        for category, wanted in categories.items():
            row = rows[slug(model), "all" if category == "ALL" else category]
            assert (int(row["wins"]), int(row["losses"]), int(row["ties"])) == (wanted["win"], wanted["lose"], wanted["tie"])
            assert float(row["adjusted_win_rate"]) == pytest.approx(wanted["adj"], abs=1e-4)
            assert row["invalid"] == "0"
            checked += 1
    assert checked == len(rows) == 30


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two questions, two models, one file of verdicts, in FastChat's formats."""
    folder = tmp_path / "files"
    folder.mkdir()
    write(
        folder / "questions.jsonl", [{"question_id": n, "category": c, "turns": [f"質問{n}"]} for n, c in ((1, "a"), (2, "b"))]
    )
    for model in ("one.5", "two"):
        write(folder / f"{model}.jsonl", [answer(n, model) for n in (1, 2)])
    write(folder / "verdicts.jsonl", [verdict(1, "model_1", "model_1"), verdict(2, "error", "tie")])
    return folder


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def answer(question: int, model: str) -> dict[str, Any]:
    return {"question_id": question, "model_id": model, "choices": [{"index": 0, "turns": [f"answer {question} of {model}"]}]}


def verdict(question: int, first: str, second: str) -> dict[str, Any]:
    quoted = {"answer_1": f"answer {question} of two", "answer_2": f"answer {question} of one.5"}
    games = {"g1_winner": first, "g2_winner": second, "g1_judgment": "[[A]]", "g2_judgment": "[[B]]"}
    return {"question_id": question, "model_1": "two", "model_2": "one.5", **games, **quoted}


def args(folder: Path) -> list[str]:
    models = [f"{name}={folder / name}.jsonl" for name in ("one.5", "two")]
    found = ["--questions", str(folder / "questions.jsonl"), "--judgments", str(folder / "verdicts.jsonl"), "--baseline", "two"]

    return found + [word for model in models for word in ("--answers", model)]


def run_in_process(project: Project, folder: Path, **changes: Any) -> str:
    """Import as the command line does; an argument may be replaced."""
    given: dict[str, Any] = {
        "questions": folder / "questions.jsonl",
        "answers": [(name, folder / f"{name}.jsonl") for name in ("one.5", "two")],
        "judgments": [folder / "verdicts.jsonl"],
        "baseline": "two",
        "references": None,
        "language": "ja",
        "confirm": lambda question: True,
    }
    with chdir(project.root):
        return import_fastchat(**(given | changes))


def test_small_import(project: Project, files: Path) -> None:
    """The baseline may stand first in the file; an `error` in one order makes the question invalid.

    Nothing is recorded of seed tasks, so the benchmark neither translates them nor generates.
    """
    assert "run `dvc repro benchmark`" in run_import(project, *args(files))
    output = project.repro("benchmark", SEEDBED_OFFLINE="1")
    recorded = {"answer@one-5", "answer@two", "judge@one-5-vs-two"}
    assert set(re.findall(r"Running stage '([^']+)'", output)) == {
        "translate@questions",
        "post_edit@questions",
        "benchmark",
        *recorded,
    }
    rows = {(row["question"], row["order"]): row for row in project.rows("data/build/judgments/one-5-vs-two.jsonl")}
    assert {key: row["verdict"] for key, row in rows.items()} == {
        ("1", "ab"): "second",  # shown second model first: model_1, the baseline, won
        ("1", "ba"): "first",
        ("2", "ab"): "tie",
        ("2", "ba"): "invalid",
    }
    report = (project.root / "reports" / "win_rates.csv").read_text(encoding="utf-8")
    assert "one-5-vs-two,one-5,two,b,1,0,0,0,0,1,,,," in report
    assert "one-5-vs-two,one-5,two,all,2,0,1,0,0,1,0.0,0.0,0.0,0.0" in report

    # An answer replaced under the same name: old judgments must not stay in place for it.
    write(project.root / "data" / "recorded" / "answers" / "two.jsonl", [answer(1, "two"), answer(2, "another")])
    assert "row 2: answer_1 is not the answer of 'two'" in project.repro("judge@one-5-vs-two", fails=True)


def test_comments_and_form_of_params_stay(project: Project, files: Path) -> None:
    before = (project.root / "params.yaml").read_text(encoding="utf-8")
    run_in_process(project, files)
    after = (project.root / "params.yaml").read_text(encoding="utf-8")
    params = load_yaml(project.root / "params.yaml")
    assert params["labels"]["question"] == ["a", "b"]
    assert params["corpora"]["questions"] == {"source": "data/recorded/questions.jsonl", "language": "ja", "kind": "question"}
    comments = [line.split("#")[1] for line in before.splitlines() if "#" in line]
    assert [line.split("#")[1] for line in after.splitlines() if "#" in line] == comments
    assert len(re.findall(r"\n\n\w+:", after)) == len(params)  # a blank line before each block
    assert "\n\n\n" not in after


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: write(f / "two.jsonl", [answer(1, "two")]), "no answer to question '2'"),
        (lambda f: write(f / "two.jsonl", [answer(n, "two") for n in (1, 2, 3)]), "row '3': an answer to a question that"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"answer_1": "other"}]), "row 1: answer_1 is not"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(9, "tie", "tie")]), "row 9"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, "A", "tie")]), "g1_winner: expected one of"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie")] * 2), "is judged twice"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"model_1": "three"}]), "a verdict on 'three'"),
        (lambda f: write(f / "two.jsonl", [{"choices": []}]), "the field 'question_id' is missing"),
        (lambda f: write(f / "questions.jsonl", [{"question_id": 1, "category": "a"}]), "the field 'turns.0' is missing"),
    ],
)
def test_import_mistakes_are_named(project: Project, files: Path, change: Any, message: str) -> None:
    before = (project.root / "params.yaml").read_bytes()
    change(files)
    with pytest.raises(UserError) as error:
        run_in_process(project, files)
    assert message in str(error.value)
    assert (project.root / "params.yaml").read_bytes() == before
    assert not (project.root / "data" / "recorded" / "questions.jsonl").exists()


def test_equal_slugs(project: Project, files: Path) -> None:
    answers = [(name, files / f"{file}.jsonl") for name, file in (("one.5", "one.5"), ("two", "two"), ("One-5", "two"))]
    with pytest.raises(UserError, match="'one-5'"):
        run_in_process(project, files, answers=answers)
