"""Recorded answers and verdicts: real ones to their known table, and each mistake named."""

import csv
import gzip
import json
import re
import shutil
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.project.params import load_params
from seedbed.recorded.fastchat import recorded_judgments
from seedbed.recorded.fastchat_files import read_answers
from seedbed.recorded.import_fastchat import import_fastchat
from seedbed.recorded.opening import hash_of
from seedbed.recorded.slugs import slug
from seedbed.steps import answering
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT, Project

BASELINE = "openai--text-davinci-003"
QUESTIONS: list[Any] = [{"id": "1", "text": "質問1"}, {"id": "2", "text": "質問2"}]


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
    assert "# maximum number of attempts per request" in (project.root / "params.yaml").read_text(encoding="utf-8")
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


@pytest.fixture
def folder(tmp_path: Path) -> Project:
    """What an import reads and writes of a project."""
    made = Project(tmp_path / "project")
    (made.root / "data" / "references").mkdir(parents=True)
    shutil.copy(ROOT / "params.yaml", made.root)
    return made


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def answer(question: int, model: str) -> dict[str, Any]:
    return {"question_id": question, "model_id": model, "choices": [{"index": 0, "turns": [f"answer {question} of {model}"]}]}


def question(id: Any, text: str = "質問") -> dict[str, Any]:
    return {"question_id": id, "category": "a", "turns": [text]}


def turns(id: int, *choices: Any) -> dict[str, Any]:
    """Return an answer with these turns, a choice each, all of them numbered 0."""
    return {"question_id": id, "choices": [{"index": 0, "turns": turns} for turns in choices]}


def verdict(question: Any, first: str, second: str) -> dict[str, Any]:
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
        "language": None,
        "yes": True,
    }
    with chdir(project.root):
        return import_fastchat(**(given | changes))


@pytest.mark.parametrize(("given", "declared"), [(None, "sw"), ("en", "en")])
def test_questions_are_in_the_projects_language_unless_another_is_given(
    project: Project, files: Path, given: str | None, declared: str
) -> None:
    project.edit_params(lambda p: p.update(language="sw"))
    run_in_process(project, files, language=given)
    assert load_yaml(project.root / "params.yaml")["corpora"]["questions"]["language"] == declared


@pytest.mark.slow
def test_small_import(project: Project, files: Path) -> None:
    """The baseline may stand first in the file; an `error` in one order makes the question invalid.

    Nothing is recorded of seed tasks, so the benchmark neither translates them nor generates.
    """
    assert "run `seedbed repro benchmark`" in run_import(project, *args(files))
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
    assert "one-5-vs-two,one-5,two,b,1,0,0,0,0,1,,,,,0" in report
    assert "one-5-vs-two,one-5,two,all,2,0,1,0,0,1,0.0,0.0,0.0,79.3451,0" in report

    # An answer replaced under the same name: old judgments must not stay in place for it.
    write(project.root / "data" / "recorded" / "answers" / "two.jsonl", [answer(1, "two"), answer(2, "another")])
    assert "row 2: answer_1 is not the answer of 'two'" in project.repro("judge@one-5-vs-two", fails=True)


def test_comments_and_form_of_params_stay(folder: Project, files: Path) -> None:
    before = (folder.root / "params.yaml").read_text(encoding="utf-8")
    run_in_process(folder, files)
    after = (folder.root / "params.yaml").read_text(encoding="utf-8")
    params = load_yaml(folder.root / "params.yaml")
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
        (lambda f: write(f / "two.jsonl", [answer(n, "two") for n in (1, 2, 3)]), "row '3': answers a question that"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"answer_1": "other"}]), "row 1: answer_1 is not"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(9, "tie", "tie")]), "row 9"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, "A", "tie")]), "verdicts.jsonl:1: field g1_winner: expected one of"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie")] * 2), "is judged twice"),
        (
            lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"model_1": "three"}]),
            "no verdict against the baseline 'two'; there are no --answers for 'three'",
        ),
        (lambda f: write(f / "two.jsonl", [{"choices": []}]), "two.jsonl:1: field question_id: missing; field choices: [] "),
        (
            lambda f: write(f / "two.jsonl", [answer(1, "two"), {"choices": [{"turns": [""]}]}]),
            "two.jsonl:2: field question_id: m",
        ),
        (lambda f: write(f / "questions.jsonl", [{"question_id": 1, "category": "a"}]), ":1: field turns: missing"),
        (
            lambda f: write(f / "questions.jsonl", [question(1) | {"category": "all"}]),
            ":1: field category: 'all' does not have",
        ),
        (
            lambda f: write(f / "questions.jsonl", [question(1) | {"category": 3}]),
            ":1: field category: expected string, found 3",
        ),
        (lambda f: write(f / "questions.jsonl", [question(1, "\u200b \n")]), ":1: field turns.0: the question is blank"),
        (lambda f: write(f / "questions.jsonl", [question(1) | {"turns": "text"}]), ":1: field turns: expected array"),
        (
            lambda f: write(f / "questions.jsonl", [question(1), question("1")]),
            ":2: field question_id: '1' gives the id '1', as 1",
        ),
        (
            lambda f: write(f / "questions.jsonl", [question("質問")]),
            ":1: field question_id: the name '質問' contains no letter",
        ),
        (lambda f: write(f / "questions.jsonl", [question(True)]), ":1: field question_id: expected string or integer"),
        (lambda f: write(f / "questions.jsonl", []), "the file contains no questions"),
        (lambda f: write(f / "two.jsonl", [answer(1, "two"), turns(2, "text")]), ":2: field choices.0.turns: expected array"),
        (
            lambda f: write(f / "two.jsonl", [turns(1, [{"content": "x"}])]),
            ":1: field choices.0.turns.0: expected string or null",
        ),
        (lambda f: write(f / "two.jsonl", [turns(1, [3])]), ":1: field choices.0.turns.0: expected string or null, found 3"),
        (lambda f: write(f / "two.jsonl", [turns(1, [])]), ":1: field choices.0.turns: [] "),
        (lambda f: write(f / "two.jsonl", [answer(1, "two") | {"choices": "text"}]), ":1: field choices: expected array"),
        (
            lambda f: write(f / "two.jsonl", [answer(1, "two") | {"model_id": 2}]),
            ":1: field model_id: expected string, found 2",
        ),
        (
            lambda f: write(f / "two.jsonl", [answer(1, "two"), answer(1, "two") | {"question_id": "1"}]),
            ":2: field question_id: '1'",
        ),
        (lambda f: write(f / "two.jsonl", [turns(1, ["x"], ["y"])]), ":1: field choices: two choices have the same index"),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, 1, "tie")]), ":1: field g1_winner: "),  # type: ignore[arg-type]
        (
            lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"g2_judgment": 5}]),
            ":1: field g2_judgment: expected",
        ),
        (lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"turn": "1"}]), ":1: field turn: expected integer"),
        (
            lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"model_2": "two"}]),
            ":1: field model_2: 'two' is compared",
        ),
        (
            lambda f: write(f / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"model_1": 2}]),
            ":1: field model_1: expected string",
        ),
        (
            lambda f: write(f / "verdicts.jsonl", [verdict(n, "tie", "tie") for n in (1, "1")]),
            ":2: question '1' is judged twice",
        ),
    ],
)
def test_import_mistakes_are_named(folder: Project, files: Path, change: Any, message: str) -> None:
    before = contents(folder)
    change(files)
    with pytest.raises(UserError) as error:
        run_in_process(folder, files)
    assert message in str(error.value)
    assert contents(folder) == before


def contents(folder: Project) -> dict[Path, bytes]:
    """Return what an import may write."""
    files = [folder.root / "params.yaml", *(folder.root / "data").rglob("*.jsonl")]
    return {file: file.read_bytes() for file in files}


def test_a_preview_shows_what_is_imported_and_writes_nothing(folder: Project, files: Path) -> None:
    """Also where it is imported again: changed files do not replace the recorded ones without --yes."""
    write(files / "two.jsonl", [turns(1, [None]), answer(2, "two")])
    write(files / "verdicts.jsonl", [verdict(2, "tie", "tie")])
    write(files / "scores.jsonl", [{"question_id": 1, "model": "one.5", "score": 8}])
    before = contents(folder)
    shown = run_in_process(folder, files, scores=[files / "scores.jsonl"], yes=False)
    assert contents(folder) == before
    lines = shown.splitlines()
    assert lines[0].endswith(
        "questions.jsonl: a benchmark in FastChat's files; 2 questions, 2 models, 1 match will be imported"
    )
    assert lines[1:6] == [
        "  2 questions: writes data/recorded/questions.jsonl; corpora.questions of params.yaml will refer to it instead of "
        "data/questions.en.jsonl",
        "  2 answers of one-5: writes data/recorded/answers/one-5.jsonl; models.one-5 of params.yaml will refer to it",
        "  2 answers of two (1 without a text): writes data/recorded/answers/two.jsonl; models.two of params.yaml will refer "
        "to it",
        "  1 verdict of one-5-vs-two: writes data/recorded/judgments/one-5-vs-two.jsonl; matches.one-5-vs-two of params.yaml "
        "will refer to it",
        "  1 rating of one-5: writes data/recorded/judgments/score.one-5.jsonl; scores.one-5 of params.yaml will refer to it",
    ]
    assert '  {"category":"a","id":"1","text":"質問1"}' in lines
    assert lines[-1] == "Nothing was written yet. Add --yes to write it."

    run_in_process(folder, files)
    before = contents(folder)
    write(files / "two.jsonl", [answer(n, "two") for n in (1, 2)])
    shown = run_in_process(folder, files, yes=False)
    assert "  2 answers of two: replaces data/recorded/answers/two.jsonl (2 rows), which models.two refers to" in shown
    assert contents(folder) == before


def test_what_an_import_takes_away_is_said_first(folder: Project, files: Path) -> None:
    """Models, matches and questions of params.yaml; then the recorded files of the import before, which are nowhere else."""
    first = run_in_process(folder, files, yes=False)
    run_in_process(folder, files)
    before = contents(folder)
    models = [("three", files / "one.5.jsonl"), ("two", files / "two.jsonl")]
    second = run_in_process(folder, files, answers=models, judgments=[], yes=False)
    assert contents(folder) == before
    assert "  replaces 3 models of params.yaml (good, thin, poor)" in first
    assert "and the questions (data/questions.en.jsonl is kept)" in first
    assert "1 match without verdicts, for the judge of params.yaml: three-vs-two" in second
    assert "1 model of params.yaml (one-5) and 1 match of params.yaml (one-5-vs-two) and 2 files of data/recorded, " in second
    assert "which are deleted (one-5.jsonl, one-5-vs-two.jsonl)" in second
    run_in_process(folder, files, answers=models, judgments=[])
    assert sorted(path.name for path in (folder.root / "data/recorded").rglob("*.jsonl")) == [
        "questions.jsonl",
        "three.jsonl",
        "two.jsonl",
    ]


def test_params_that_would_not_be_valid_are_refused_first(folder: Project, files: Path) -> None:
    before = contents(folder)
    with pytest.raises(UserError, match=r"this import would make corpora\.questions\.language invalid"):
        run_in_process(folder, files, language="Japanese")
    assert contents(folder) == before


@pytest.mark.parametrize("text", ["", None, "$ERROR$", "\u200b"])
def test_a_reference_that_is_none_is_refused(folder: Project, files: Path, text: str | None) -> None:
    write(files / "references.jsonl", [turns(1, [text])])
    with pytest.raises(UserError, match=r"references\.jsonl:1: field choices: no reference answer"):
        run_in_process(folder, files, references=files / "references.jsonl")


def test_a_name_that_two_models_have_is_refused_where_it_is_used(folder: Project, files: Path) -> None:
    for model in ("one.5", "two"):
        write(files / f"{model}.jsonl", [answer(n, model) | {"model_id": "m"} for n in (1, 2)])
    run_in_process(folder, files)  # the verdicts use the names of --answers
    write(files / "verdicts.jsonl", [verdict(1, "tie", "tie") | {"model_1": "m"}])
    with pytest.raises(UserError, match=r"verdicts\.jsonl:1: row 1: 'm' is the model_id of both one-5 and two"):
        run_in_process(folder, files)


def test_a_recorded_error_is_a_failed_answer_and_its_judgments_are_invalid(folder: Project, files: Path) -> None:
    """Whatever the recorded verdict said of it. A file of the project's own may be imported again under another name."""
    write(files / "two.jsonl", [turns(1, ["$ERROR$"]), answer(2, "two")])
    write(files / "verdicts.jsonl", [verdict(1, "model_2", "model_2") | {"answer_1": "$ERROR$"}, verdict(2, "tie", "tie")])
    run_in_process(folder, files)
    with chdir(folder.root):
        params = load_params()
        recorded = {
            model: answering.recorded(QUESTIONS, model, Path(params["models"][model]["recorded"])) for model in params["models"]
        }
        rows = {model: {row["id"]: row for row in rows} for model, rows in recorded.items()}
        assert rows["two"]["1"]["text"] is None
        assert rows["two"]["1"]["failure"] == {"reason": "recorded", "text": None, "detail": "recorded as an error"}
        assert rows["two"]["2"]["failure"] is None
        judgments = list(recorded_judgments("one-5-vs-two", params, QUESTIONS, (rows["one-5"], rows["two"])))
    assert {(row["question"], row["verdict"], row["failure"] and row["failure"]["reason"]) for row in judgments} == {
        ("1", "invalid", "no_answer"),
        ("2", "tie", None),
    }
    again = folder.root / "data" / "recorded" / "answers" / "one-5.jsonl"
    text = again.read_text(encoding="utf-8")
    run_in_process(folder, files, answers=[("one-6", again), ("two", files / "two.jsonl")])
    assert again.with_name("one-6.jsonl").read_text(encoding="utf-8") == text
    assert not again.exists()


def test_the_choice_with_the_lowest_index_is_the_answer(tmp_path: Path) -> None:
    first, second = {"index": 0, "turns": ["first"]}, {"index": 1, "turns": ["second"]}
    write(tmp_path / "a.jsonl", [{"question_id": 1.0, "choices": [second, first]}, {"question_id": "B.2", "choices": [second]}])
    assert read_answers(tmp_path / "a.jsonl") == {"1": ["first"], "b-2": ["second"]}


def test_equal_slugs(folder: Project, files: Path) -> None:
    answers = [(name, files / f"{file}.jsonl") for name, file in (("one.5", "one.5"), ("two", "two"), ("One-5", "two"))]
    with pytest.raises(UserError, match="'one-5'"):
        run_in_process(folder, files, answers=answers)


PAPER = {"llama_7b": "llama_", "llama2_13b": "llama2_13b_", "open-calm_7b": "open-calm_"}
"""The bases of the paper's experiment, and how the names of their fine-tuned models begin."""


def paper_arguments(folder: Path) -> list[str]:
    """Return the import of ten models of the paper: three bases, each as it was and fine-tuned on two sets, and a baseline."""
    answers = folder / "paper_answers"
    args = ["--questions", str(folder / "question.jsonl"), "--baseline", "davinci"]
    args += ["--references", str(folder / "reference_answers.jsonl")]
    args += ["--answers", f"davinci={answers / 'gpt-3.5-davinci.jsonl'}"]
    for base, beginning in PAPER.items():
        args += ["--answers", f"{base}={answers / f'{base}.jsonl'}", "--method", f"{base}={base}"]
        for name, part in (("self-instruct", "self-instruction_data"), ("translation", "mt_data")):
            (path,) = [path for path in answers.glob("*_52000*.jsonl") if path.name.startswith(f"{beginning}{part}")]
            args += ["--answers", f"{base}-{name}={path}", "--method", f"{base}-{name}={base}:{name}"]
    return args


@pytest.mark.slow
def test_published_answers_without_verdicts_are_compared_as_methods(project: Project, reference: Path) -> None:
    out = run_import(project, *paper_arguments(reference / "ja-vicuna"))
    assert "80 questions, 10 models, 18 matches imported, 18 of them for the judge of params.yaml" in out
    made = [model for model in load_yaml(project.root / "params.yaml")["models"].values() if "base" in model]
    assert len(made) == 9
    assert len({model["base"] for model in made}) == 3
    project.repro("benchmark")
    with (project.root / "reports" / "methods.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    claim = [row for row in rows if row["comparison"] == "sets"]
    bases = ["llama_7b", "llama2_13b", "open-calm_7b"]
    assert [row["base"] for row in claim] == ["all", *bases]
    assert {(row["new"], row["old"], row["n"], row["beside"]) for row in claim} == {
        ("self-instruct", "translation", "80", "davinci")
    }
    secondary = [row for row in rows if row["comparison"] == "untrained"]
    assert [(row["new"], row["base"]) for row in secondary] == [
        (name, base) for name in ("self-instruct", "translation") for base in ("all", *bases)
    ]
    assert {row["tests"] for row in secondary} == {"8"}
    # The difference on a base is that of its own match, as the table of win rates has it.
    with (project.root / "reports" / "win_rates.csv").open(encoding="utf-8") as file:
        rates = {row["match"]: row for row in csv.DictReader(file) if row["category"] == "all"}
    for row in claim[1:]:
        rate = float(rates[f"{row['base']}-self-instruct-vs-{row['base']}-translation"]["adjusted_win_rate"])
        assert float(row["difference"]) == pytest.approx(2 * rate - 100, abs=1e-3)
    assert "## Methods" in (project.root / "reports" / "benchmark.md").read_text(encoding="utf-8")


def test_methods_are_declared_with_recorded_verdicts_too(folder: Project, files: Path) -> None:
    write(files / "base.jsonl", [answer(n, "base") for n in (1, 2)])
    answers = [(name, files / f"{name}.jsonl") for name in ("one.5", "two", "base")]
    methods = [("one.5", "llama", "ours"), ("base", "llama", None)]
    assert "2 matches imported, 1 of them for the judge" in run_in_process(folder, files, answers=answers, made_of=methods)
    with chdir(folder.root):
        params = load_params()
    assert params["models"]["one-5"]["set"] == "ours"
    assert "set" not in params["models"]["base"]
    assert "recorded" in params["matches"]["one-5-vs-two"]
    assert params["matches"]["one-5-vs-base"] == {"model": "one-5", "baseline": "base"}


def test_without_verdicts_each_model_is_matched_with_the_baseline(folder: Project, files: Path) -> None:
    assert "1 match imported, 1 of them for the judge" in run_in_process(folder, files, judgments=[])
    with chdir(folder.root):
        assert load_params()["matches"] == {"one-5-vs-two": {"model": "one-5", "baseline": "two"}}
    assert not list((folder.root / "data" / "recorded" / "judgments").glob("*"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([("on.5", "llama", "a")], "--method 'on.5': no --answers of this id (did you mean 'one-5'?)"),
        ([("two", "llama", "a"), ("two", "llama", "b")], "--method 'two': given twice"),
    ],
)
def test_mistakes_in_methods_are_named(folder: Project, files: Path, given: Any, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        run_in_process(folder, files, made_of=given)


def test_all_is_written_with_where_it_is_from_or_nothing(folder: Project, files: Path) -> None:
    """The files of an earlier import go; where one cannot be written, everything is as it was."""
    recorded = folder.root / "data" / "recorded"
    (recorded / "answers").mkdir(parents=True)
    for name in ("gone.jsonl", "gone.source.yaml"):
        (recorded / "answers" / name).write_text("{}\n", encoding="utf-8")
    (recorded / "judgments").write_text("a file, where a folder has to be", encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match="nothing was imported"):
        run_in_process(folder, files)
    assert {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()} == before

    (recorded / "judgments").unlink()
    (files / "one.5.jsonl").write_bytes(gzip.compress((files / "one.5.jsonl").read_bytes()))
    run_in_process(folder, files, license="Apache-2.0", address="example.org/bench")
    assert sorted(path.relative_to(recorded).as_posix() for path in recorded.rglob("*") if path.is_file()) == sorted(
        f"{name}{end}"
        for name in ("questions", "answers/one-5", "answers/two", "judgments/one-5-vs-two")
        for end in (".jsonl", ".source.yaml")
    )
    about = load_yaml(recorded / "answers" / "one-5.source.yaml")
    whole = files / "one.5.jsonl"
    assert about["files"] == [{"name": "one.5.jsonl", "sha256": hash_of(whole), "bytes": whole.stat().st_size}]
    assert (about["rows"], about["license"], about["address"]) == (2, "Apache-2.0", "example.org/bench")
    about = load_yaml(recorded / "judgments" / "one-5-vs-two.source.yaml")
    assert [each["name"] for each in about["files"]] == ["verdicts.jsonl"]
