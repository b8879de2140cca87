"""MT-bench's files: conversations of several turns, verdicts by turn, ratings of single answers; in, and out again."""

import json
import re
import shutil
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.publishing.export_fastchat import export_fastchat
from seedbed.recorded.fastchat import recorded_judgments, recorded_scores
from seedbed.recorded.import_fastchat import import_fastchat
from seedbed.reporting.ratings import load_ratings
from seedbed.reporting.turns import load_corpora
from seedbed.steps.answering import recorded
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, read_rows, write_rows
from tests.harness import ROOT

Rows = dict[str, list[Row]]
"""The rows of each file, by its name."""


def answers(model: str, *turns: list[str | None]) -> list[Row]:
    return [
        {"question_id": n, "model_id": model, "choices": [{"index": 0, "turns": said}]} for n, said in enumerate(turns, start=1)
    ]


def verdict(question: int, turn: int, first: str, second: str) -> Row:
    return {"question_id": question, "turn": turn, "model_1": "a", "model_2": "b", "g1_winner": first, "g2_winner": second}


def rating(model: str, question: int, turn: int, score: float) -> Row:
    return {"question_id": question, "turn": turn, "model": model, "score": score, "judgment": f"[[{score}]]"}


def given() -> Rows:
    """Return a question of two turns and one of a single turn, two models, verdicts and ratings."""
    return {
        "questions": [
            {"question_id": 1, "category": "math", "turns": ["1足す1は？", "それに1を足すと？"]},
            {"question_id": 2, "category": "other", "turns": ["元気？"]},
        ],
        "a": answers("a", ["2です", "3です"], ["元気です", "余分です"]),
        "b": answers("b", ["2", "$ERROR$"], ["はい"]),
        "references": answers("gpt", ["2", "3"])[:1],
        "verdicts": [verdict(1, 1, "tie", "tie"), verdict(1, 2, "model_1", "model_1"), verdict(2, 1, "model_2", "error")],
        "scores": [rating("a", 1, 1, 9), rating("a", 1, 2, -1), rating("a", 2, 1, 7), rating("b", 2, 1, 3)],
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What an import reads and writes of a project."""
    root = tmp_path / "project"
    root.mkdir()
    shutil.copy(ROOT / "params.yaml", root)
    return root


def import_all(root: Path, rows: Rows) -> str:
    """Write the rows to files and import them."""
    folder = root.parent / "files"
    folder.mkdir(exist_ok=True)
    files = {name: folder / f"{name}.jsonl" for name in rows}
    for name, path in files.items():
        path.write_text("".join(json.dumps(row) + "\n" for row in rows[name]), encoding="utf-8")
    with chdir(root):
        return import_fastchat(
            files["questions"],
            [("a", files["a"]), ("b", files["b"])],
            [files["verdicts"]],
            "b",
            files["references"],
            "ja",
            yes=True,
            scores=[files["scores"]],
        )


def edited(root: Path) -> list[Any]:
    """Write the imported questions as `post_edit` does, and return them."""
    rows = [row | {"status": "original", "made_by": None} for row in read_rows(root / "data/recorded/questions.jsonl")]
    write_rows(root / paths.edited("questions", "question"), rows, "edited_question")
    return rows


def test_the_parts_of_params_stay_a_blank_line_apart(project: Path) -> None:
    import_all(project, given())
    text = (project / "params.yaml").read_text(encoding="utf-8")
    assert "\n\n\n" not in text
    assert re.search(r"^scores:.*\n  a:\n", text, re.MULTILINE)
    assert "\n\nbudget:" in text


def test_what_is_not_imported_is_named(project: Path) -> None:
    rows = given()
    assert "not imported" not in import_all(project, rows)
    rows["questions"][0]["reference"] = ["2", "3"]
    assert "fields of questions.jsonl that are not imported: reference" in import_all(project, rows)
    files = project.parent / "files"
    with chdir(project), pytest.raises(UserError, match=r"gone\.jsonl: no such file; give the file to import$"):
        import_fastchat(files / "questions.jsonl", [("a", files / "gone.jsonl")], [], "a", None, "ja", yes=True)


def test_every_turn_is_taken_over(project: Path) -> None:
    import_all(project, given())
    with chdir(project):
        questions, params = edited(project), load_params()
        assert questions[0]["follow_ups"] == ["それに1を足すと？"]
        assert "follow_ups" not in questions[1]
        assert [*params["corpora"]] == ["seed_tasks", "questions", "baseline"]  # no recorded model answered another corpus
        assert params["judge"]["reference_categories"] == ["math"]
        (reference,) = read_rows(paths.references("ja"), "reference")
        assert (reference["reference"], reference["follow_ups"]) == ("2", ["3"])

        by_model: dict[str, Any] = {
            name: {row["id"]: row for row in recorded(questions, name, Path(params["models"][name]["recorded"]))}
            for name in ("a", "b")
        }
        assert by_model["a"]["1"]["turns"] == ["2です", "3です"]
        assert by_model["a"]["2"]["text"] == "元気です"  # what answers no turn of the question is passed over
        assert (by_model["b"]["1"]["text"], by_model["b"]["1"]["failed_turn"]) == (None, 2)

        judged = list(recorded_judgments("a-vs-b", params, questions, (by_model["a"], by_model["b"])))
        found = [(row["question"], row.get("turn"), row["order"], row["verdict"]) for row in judged]
        assert found == [
            *(("1", turn, order, "invalid") for turn in (1, 2) for order in ("ab", "ba")),
            *(("2", None, "ab", "second"), ("2", None, "ba", "invalid")),
        ]
        path = Path(params["scores"]["a"]["recorded"])
        rated = [(row["question"], row.get("turn"), row["rating"]) for row in _rated("a", path, params, questions, by_model)]
        assert rated == [("1", 1, 9), ("1", 2, None), ("2", None, 7)]


def test_a_decimal_rating_is_kept_and_a_whole_one_stays_whole(project: Path) -> None:
    rows = given()
    rows["scores"] = [rating("a", 1, 1, 8.5), rating("a", 1, 2, 9.0), rating("a", 2, 1, 7)]
    shutil.copytree(ROOT / "queries", project / "queries")
    import_all(project, rows)
    with chdir(project):
        questions, params = edited(project), load_params()
        path = Path(params["scores"]["a"]["recorded"])
        answered = {"a": {row["id"]: row for row in recorded(questions, "a", Path(params["models"]["a"]["recorded"]))}}
        write_rows(paths.scores("a"), _rated("a", path, params, questions, answered), "score")
        assert re.findall(r'"rating":([^,]+)', paths.scores("a").read_text(encoding="utf-8")) == ["8.5", "9", "7"]
        for path in (paths.judgments("a-vs-b"), paths.answers("a"), paths.answers("b")):
            write_rows(path, [], None)
        tables = load_corpora(params)
        load_ratings(tables, params)
        means = {(row["question"], row["turn"]): row["rating"] for row in tables.query("benchmark/ratings")}
    assert means == {("1", "all"): 8.75, ("1", "1"): 8.5, ("1", "2"): 9, ("2", "all"): 7, ("2", "1"): 7}


def test_the_last_rating_of_a_turn_counts(project: Path) -> None:
    """A judge run that was appended to a file rates again."""
    rows = given()
    assert "replaced by" not in import_all(project, rows)
    rows["scores"] += [rating("a", 1, 1, 8), rating("a", 2, 1, 7)]
    assert "  2 ratings replaced by a later rating of the same turn\n" in import_all(project, rows)
    kept = read_rows(project / "data/recorded/judgments/score.a.jsonl", "fastchat_score", unique=None)
    assert [(row["question_id"], row.get("turn"), row["score"]) for row in kept] == [(1, 1, 8), (1, 2, -1), (2, 1, 7)]


def test_rows_on_models_without_answers_are_left_out_and_named(project: Path) -> None:
    """FastChat writes the verdicts and ratings of all models into one file."""
    rows = given()
    others = [("a", "gpt-4"), ("claude", "b"), ("gpt-4", "claude")]
    rows["verdicts"] += [verdict(9, 1, "tie", "tie") | {"model_1": one, "model_2": two} for one, two in others]
    rows["scores"] += [rating("gpt-4", 9, 1, 10)]
    said = import_all(project, rows)
    assert "  3 verdicts left out: on models without --answers (gpt-4, claude)\n" in said
    assert "  1 rating left out: on models without --answers (gpt-4)\n" in said
    kept = read_rows(project / "data/recorded/judgments/a-vs-b.jsonl", "fastchat_verdict", unique=None)
    assert len(list(kept)) == 3


def test_a_verdict_may_quote_the_turns_before_the_one_that_failed(project: Path) -> None:
    """The import holds them against the file; the build has only what failed, and compares nothing."""
    rows = given()
    rows["verdicts"][0] |= {"answer_1": "2です", "answer_2": "2"}
    import_all(project, rows)
    with chdir(project):
        questions, params = edited(project), load_params()
        sides = [
            {row["id"]: row for row in recorded(questions, name, Path(params["models"][name]["recorded"]))} for name in "ab"
        ]
        judged = list(recorded_judgments("a-vs-b", params, questions, (sides[0], sides[1])))
        assert [row["verdict"] for row in judged if row["question"] == "1"] == ["invalid"] * 4
        sides[0]["1"]["turns"] = ["another", "3です"]
        with pytest.raises(UserError, match="row 1: answer_1 is not the answer of 'a'"):
            list(recorded_judgments("a-vs-b", params, questions, (sides[0], sides[1])))


def _rated(model: str, path: Path, params: Any, questions: list[Any], answers: dict[str, Any]) -> list[Any]:
    return list(recorded_scores(model, path, params, questions, answers[model]))


BAD: list[tuple[Callable[[Rows], object], str]] = [
    (
        lambda r: r["a"][0]["choices"][0].update(turns=["2です"]),
        "a.jsonl: row '1': the question has 2 turns, the answer 1; add",
    ),
    (lambda r: r["questions"][0].update(turns=["a", " "]), "questions.jsonl:1: field turns.1: the question is blank"),
    (lambda r: r["questions"][0].update(turns=["a"] * 6), "questions.jsonl:1: field turns"),
    (lambda r: r["verdicts"].append(verdict(1, 2, "tie", "tie")), "verdicts.jsonl:4: question '1' is judged twice"),
    (lambda r: r["scores"][0].update(score=11), "scores.jsonl:1: field score: expected a number from 1 to 10, or -1"),
    (lambda r: r["scores"][0].update(score=0.5), "scores.jsonl:1: field score: expected a number from 1 to 10, or -1"),
    (
        lambda r: [row.update(model="aa") for row in r["scores"]],
        "scores.jsonl: no rating of a model with --answers; there are no --answers for 'aa' (did you mean 'a'?)",
    ),
    (
        lambda r: [row.update(model_1="c") for row in r["verdicts"]],
        "verdicts.jsonl: no verdict against the baseline 'b'; there are no --answers for 'c'",
    ),
    (lambda r: r["references"][0]["choices"][0].update(turns=["2", None]), "references.jsonl:1: field choices: no reference"),
]


@pytest.mark.parametrize(("spoil", "words"), BAD, ids=range(len(BAD)))
def test_bad_files_are_refused_in_one_sentence_before_anything_is_written(
    project: Path, spoil: Callable[[Rows], object], words: str
) -> None:
    rows, before = given(), (project / "params.yaml").read_bytes()
    spoil(rows)
    with pytest.raises(UserError) as error:
        import_all(project, rows)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert ((project / "params.yaml").read_bytes(), (project / "data").exists()) == (before, False)


def test_what_is_exported_is_what_is_imported_again(project: Path, tmp_path: Path) -> None:
    import_all(project, given())
    with chdir(project):
        questions, params = edited(project), load_params()
        by_model: dict[str, Any] = {}
        for name in ("a", "b"):
            rows = recorded(questions, name, Path(params["models"][name]["recorded"]))
            write_rows(paths.answers(name), rows, "answer")
            by_model[name] = {row["id"]: row for row in rows}
        judged = list(recorded_judgments("a-vs-b", params, questions, (by_model["a"], by_model["b"])))
        write_rows(paths.judgments("a-vs-b"), judged, "judgment")
        for name in params["scores"]:
            path = Path(params["scores"][name]["recorded"])
            write_rows(paths.scores(name), _rated(name, path, params, questions, by_model), "score")
        out = tmp_path / "out"
        assert export_fastchat(out) == f"{out}: 6 files, 2 questions, 2 models"
        with pytest.raises(UserError, match="this folder is not empty"):
            export_fastchat(out)
    names = {
        "questions": "question.jsonl",
        "a": "model_answer/a.jsonl",
        "b": "model_answer/b.jsonl",
        "references": "reference_answer/reference.jsonl",
        "verdicts": "model_judgment/recorded_pair.jsonl",
        "scores": "model_judgment/recorded_single.jsonl",
    }
    again = {name: list(read_rows(out / file, unique=None)) for name, file in names.items()}
    for name, kind in (("verdicts", "pair"), ("scores", "single")):  # as FastChat's viewer tells turns apart
        assert {(row["turn"], *row["judge"]) for row in again[name]} == {
            (1, "recorded", kind),
            (2, "recorded", f"{kind}-multi-turn"),
        }
    second = tmp_path / "again" / "project"
    second.mkdir(parents=True)
    shutil.copy(ROOT / "params.yaml", second)
    import_all(second, again)
    with chdir(second):
        questions, params = edited(second), load_params()
        sides = [
            {row["id"]: row for row in recorded(questions, name, Path(params["models"][name]["recorded"]))}
            for name in ("a", "b")
        ]
        found = list(recorded_judgments("a-vs-b", params, questions, (sides[0], sides[1])))
    assert [(r["question"], r.get("turn"), r["order"], r["verdict"]) for r in found] == [
        (r["question"], r.get("turn"), r["order"], r["verdict"]) for r in judged
    ]
