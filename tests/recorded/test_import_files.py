"""Files of other tools: what is made of each format, what of a bad file, and that nothing is half imported."""

import gzip
import json
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import chdir, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from seedbed.project import paths
from seedbed.recorded import formats
from seedbed.recorded.foreign_rows import read_foreign
from seedbed.recorded.import_answers import import_answers
from seedbed.recorded.import_questions import import_questions
from seedbed.recorded.import_tasks import import_rows, import_seeds
from seedbed.recorded.import_verdicts import import_verdicts
from seedbed.recorded.opening import MOST_BYTES, hash_of
from seedbed.recorded.placing import put_in_place
from seedbed.recorded.reading import Source
from seedbed.recorded.recognise import format_of
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT, Project, without_conversations

TASK = {"instruction": "Name a fruit.", "input": "", "output": "An apple."}
CHAT = [{"role": "user", "content": "Name a fruit."}, {"role": "assistant", "content": "An apple."}]
GPT = [{"from": "human", "value": "Name a fruit."}, {"from": "gpt", "value": "An apple."}]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """What an import reads and writes of a project with two questions; the working folder while a test runs."""
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    text = without_conversations((ROOT / "params.yaml").read_text(encoding="utf-8"))
    (root / "params.yaml").write_text(text, encoding="utf-8")
    questions = [
        {"id": "one", "category": "generic", "text": "質問1"},
        {"id": "two", "category": "generic", "text": "Name\n a fruit."},
    ]
    write(root / "data" / "questions.en.jsonl", questions)
    with chdir(root):
        yield root


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def state(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def as_rows(source: Source | Path) -> list[dict[str, Any]]:
    """Return the rows of a set that a source gives, without their ids."""
    given = source if isinstance(source, Source) else Source(source)
    import_rows(given, "mine", yes=True)
    return [
        {name: value for name, value in row.items() if name != "id"} for row in read_rows(Path("data/recorded/rows/mine.jsonl"))
    ]


TASK_ROWS = {
    "alpaca": TASK,
    "alpaca without input": {"instruction": "Name a fruit.", "output": "An apple."},
    "alpaca-eval outputs": {"instruction": "Name a fruit.", "output": "An apple.", "generator": "m", "dataset": "koala"},
    "self-instruct": {
        "id": "seed_task_0",
        "name": "fruit",
        "instruction": "Name a fruit.",
        "instances": [{"input": "", "output": "An apple."}, {"input": "x", "output": "y"}],
        "is_classification": False,
    },
    "sharegpt": {"id": "q_0", "conversations": GPT},
    "messages": {"messages": CHAT},
    "a table with both, as our own Parquet files": TASK | {"messages": [{"role": "user", "content": "x"}, CHAT[1]]},
    "messages with a blank system message": {"messages": [{"role": "system", "content": " "}, *CHAT]},
    "LIMA": {"conversations": ["Name a fruit.", "An apple."], "source": "wikihow"},
    "LMSYS-Chat-1M": {"conversation_id": "x", "model": "m", "conversation": CHAT, "turn": 1, "language": "English"},
    "Orca-DPO": {"system": "", "question": "Name a fruit.", "chosen": "An apple.", "rejected": "No."},
    "UltraFeedback, binarized": {"prompt": "Name a fruit.", "chosen": CHAT, "rejected": CHAT, "messages": CHAT},
    "TRL's preferences": {"prompt": CHAT[:1], "chosen": CHAT[1:], "rejected": CHAT[1:]},
    "HH-RLHF": {"chosen": "\n\nHuman: Name a fruit.\n\nAssistant: An apple.", "rejected": "x"},
    "messages in parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "Name a fruit."}]}, CHAT[1]]},
    "LLaMA-Factory's parts": {"messages": [{"role": "user", "content": [{"type": "text", "value": "Name a fruit."}]}, CHAT[1]]},
    "LLaMA-Factory's preferences": {"conversations": GPT[:1], "chosen": GPT[1], "rejected": GPT[1]},
    "preferences beside messages": {"messages": CHAT[:1], "chosen": CHAT[1], "rejected": "x"},
}


@pytest.mark.parametrize("row", TASK_ROWS.values(), ids=TASK_ROWS)
def test_each_format_of_tasks_gives_the_same_task(project: Path, row: Any) -> None:
    assert as_rows(write(project / "in.jsonl", [row])) == [TASK]


def test_the_input_of_a_preference_pair_is_kept(project: Path) -> None:
    """LLaMA-Factory's other shape of preferences."""
    row = {"instruction": "Shorten this.", "input": "a b c", "chosen": "a", "rejected": "b"}
    expected = {"instruction": "Shorten this.", "input": "a b c", "output": "a"}
    assert as_rows(write(project / "in.jsonl", [row])) == [expected]


def test_one_file_in_every_shape_gives_the_same_rows(project: Path) -> None:
    """JSON Lines, an array, an object with the rows inside, CSV, Parquet, a sheet; with a mark, CRLF, UTF-16, gzip."""
    rows = [{"prompt": f"書いて、{n}。", "answer": f'"答え"\n{n}', "extra": "x"} for n in range(3)]
    lines = write(project / "a.jsonl", rows)
    text = lines.read_text(encoding="utf-8")
    (project / "array.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    (project / "inside.json").write_text(json.dumps({"version": 1, "data": {"rows": rows}}), encoding="utf-8")
    (project / "marked.jsonl").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    (project / "wide.jsonl").write_bytes(text.encode("utf-16"))
    (project / "packed.jsonl.gz").write_bytes(gzip.compress(text.encode("utf-16")))
    db = duckdb.connect()
    for name, options in (
        ("t.csv", "header, delimiter ';'"),
        ("t.tsv", "header, delimiter '\t'"),
        ("t.parquet", "format parquet"),
    ):
        db.execute(f"copy (select * from read_json('{lines}')) to '{project / name}' ({options})")
    (project / "t.csv.gz").write_bytes(gzip.compress((project / "t.csv").read_bytes()))
    book = openpyxl.Workbook()
    book.create_sheet("tasks").append(["prompt", "answer", "extra"])
    for row in rows:
        book["tasks"].append(list(row.values()))
    book.save(project / "book.xlsx")

    fields = [("instruction", "prompt"), ("output", "answer")]
    expected = [{"instruction": row["prompt"], "input": "", "output": row["answer"]} for row in rows]
    at = {"inside.json": "data.rows", "book.xlsx": "tasks"}
    for path in sorted(project.iterdir()):
        if path.suffix in (".jsonl", ".json", ".csv", ".tsv", ".gz", ".parquet", ".xlsx"):
            assert as_rows(Source(path, fields=fields, at=at.get(path.name))) == expected, path.name


def test_a_field_named_by_map_is_read_under_our_name_alone(project: Path) -> None:
    """Elyza-tasks-100 calls the instruction input."""
    file = write(project / "in.jsonl", [{"input": "Name a fruit.", "output": "An apple.", "eval_aspect": "x"}])
    assert as_rows(Source(file, fields=[("instruction", "input")])) == [TASK]
    assert as_rows(Source(file, fields=[("instruction", "input"), ("input", "input")])) == [TASK | {"input": "Name a fruit."}]


def test_rows_whose_list_is_too_short_are_left_out(project: Path) -> None:
    trees = [{"prompt": {"text": "Hi?", "replies": [{"text": "Hi."}]}}, {"prompt": {"text": "Who?", "replies": []}}]
    fields = [("instruction", "prompt.text"), ("output", "prompt.replies.0.text")]
    said = import_rows(Source(write(project / "in.jsonl", trees), fields=fields), "mine", yes=False)
    assert "1 row left out: it has no prompt.replies.0.text (first:" in said


def test_a_blank_cell_is_blank_and_a_uuid_is_an_id(project: Path) -> None:
    book = openpyxl.Workbook()
    for record in (["instruction", "output"], ["Name a fruit.", "An apple."], ["merged", None]):
        book.worksheets[0].append(record)
    book.worksheets[0].merge_cells("A3:B3")
    book.save(project / "book.xlsx")
    said = import_rows(Source(project / "book.xlsx"), "mine", yes=False)
    assert "1 row left out: its output is blank" in said
    file = project / "t.parquet"
    duckdb.execute(f"copy (select 'a' as instruction, 'b' as output, uuid() as id, 'nan'::double as score) to '{file}'")
    assert len(as_rows(file)) == 1


def test_null_is_as_blank(project: Path) -> None:
    rows = [TASK, TASK | {"output": None}, TASK | {"instruction": None}, {**TASK, "output": "A pear.", "input": None}]
    said = import_rows(Source(write(project / "in.jsonl", rows)), "mine", yes=False)
    assert "4 rows; 2 will be imported" in said
    assert "1 row left out: its output is blank (first:" in said
    assert "1 row left out: its instruction is blank (first:" in said
    rows = [{"instruction": "a", "instances": [{"input": "", "output": output}]} for output in ("b", None)]
    assert "1 row left out: its output is blank" in import_rows(Source(write(project / "in.jsonl", rows)), "mine", yes=False)


def test_true_and_false_of_a_sheet_are_texts(project: Path) -> None:
    book = openpyxl.Workbook()
    for record in (["instruction", "output", "is_classification"], ["Is 7 prime?", True, True], ["Is 8?", False, False]):
        book.worksheets[0].append(record)
    book.save(project / "book.xlsx")
    import_seeds(Source(project / "book.xlsx"), "seed_tasks", "en", "email", yes=True)
    rows = list(read_rows(Path("data/recorded/seed_tasks.jsonl")))
    assert [(row["output"], row["is_classification"]) for row in rows] == [("TRUE", True), ("FALSE", False)]


def test_ids_in_a_column_of_floats_are_whole_numbers(project: Path) -> None:
    """As pandas writes a column with a number missing."""
    file = project / "t.parquet"
    select = "select {}::double as question_id, 'other' as category, ['What?'] as turns"
    duckdb.execute(f"copy ({select.format('81.0')}) to '{file}' (format parquet)")
    import_questions(Source(file), "questions", "en", None, yes=True)
    assert [row["id"] for row in read_rows(Path("data/recorded/questions.jsonl"))] == ["81"]
    answers = [{"question_id": 81.0, "model_id": "m", "choices": [{"turns": ["a"]}]}]
    assert "1 will be imported" in import_answers(
        Source(write(project / "in.jsonl", answers)), "m", None, fill=False, yes=False
    )
    for id in ("81.5", "'nan'"):
        duckdb.execute(f"copy ({select.format(id)}) to '{file}' (format parquet)")
        with pytest.raises(UserError, match=r"row 1: field question_id: expected a text or a whole number, found"):
            import_questions(Source(file), "questions", "en", None, yes=True)


def test_an_id_that_no_file_can_be_called_by_is_derived_from_the_text(project: Path) -> None:
    rows = [TASK | {"id": id, "output": id} for id in ("質問", "x" * 200, " ")]
    as_rows(write(project / "in.jsonl", rows))
    found = [row["id"] for row in read_rows(Path("data/recorded/rows/mine.jsonl"))]
    assert [len(id) for id in found] == [16, 16]  # the third has no output
    answers = [{"question_id": id, "model_id": "m", "choices": [{"turns": ["a"]}]} for id in ("one", "質問")]
    with pytest.raises(UserError, match=r"in\.jsonl:2: no question '質問' in this project"):
        import_answers(Source(write(project / "in.jsonl", answers)), "m", None, fill=True, yes=False)


def test_json_lines_may_be_called_txt(project: Path) -> None:
    assert as_rows(write(project / "in.txt", [TASK])) == [TASK]


def test_a_file_that_goes_while_it_is_imported_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(project / "in.jsonl", [TASK])

    def gone(change: object) -> str:
        file.unlink()
        return ""

    monkeypatch.setattr("seedbed.recorded.placing.changed_params", gone)
    with pytest.raises(UserError, match=r"in\.jsonl: cannot be read \(No such file or directory\); nothing was imported"):
        import_rows(Source(file), "mine", yes=True)
    assert not Path("data/recorded/rows").exists()


def test_a_preview_writes_nothing_and_says_what_is_not_taken_over(project: Path) -> None:
    given = [
        TASK | {"score": 1, "id": "a"},
        TASK | {"output": " ", "id": "b"},
        TASK | {"id": "a", "score": 2},
        {"instruction": "Draw.", "output": "x" * 400, "task_type": "Fine Art"},
    ]
    file = write(project / "in.jsonl", given)
    before = state(project)
    shown = import_seeds(Source(file), "seed_tasks", "en", None, yes=False)
    with pytest.raises(UserError, match=r"corpora\.seed_tasks\.language invalid"):
        import_seeds(Source(file), "seed_tasks", "English", None, yes=False)
    assert state(project) == before
    assert "an Alpaca file, 4 rows; 2 will be imported as tasks of seed_tasks" in shown
    assert f"1 row left out: its output is blank (first: {file}:2)" in shown
    assert f"1 row left out: it is an exact duplicate of an earlier row (first: {file}:3)" in shown
    assert "fields that are not imported: score" in shown
    assert "new in labels.task of params.yaml: fine-art" in shown
    assert (
        f'{{"id":"a","input":"","instruction":"{TASK["instruction"]}","is_classification":false,"output":"An apple.",' in shown
    )
    assert "x" * 200 not in shown

    import_seeds(Source(file, license="CC0", address="example.org/x"), "seed_tasks", "en", None, yes=True)
    params = load_yaml(paths.PARAMS)
    assert params["corpora"]["seed_tasks"] == {"source": "data/recorded/seed_tasks.jsonl", "language": "en", "kind": "task"}
    assert params["labels"]["task"][-1] == "fine-art"
    about = load_yaml(Path("data/recorded/seed_tasks.source.yaml"))
    assert about["files"] == [{"name": "in.jsonl", "sha256": hash_of(file), "bytes": file.stat().st_size}]
    assert (about["license"], about["address"], about["rows"], about["dropped"]) == ("CC0", "example.org/x", 2, ["score"])
    untouched = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    assert "\n\ncorpora: # texts written by people" in paths.PARAMS.read_text(encoding="utf-8")
    assert set(paths.PARAMS.read_text(encoding="utf-8").splitlines()) - set(untouched) == {
        "    - fine-art",
        "    source: data/recorded/seed_tasks.jsonl",
    }


def test_the_real_seed_tasks(project: Path, reference: Path) -> None:
    file = reference / "self-instruct" / "seed_tasks.jsonl"
    import_seeds(Source(file), "seed_tasks", "en", None, yes=True)
    ours = {row["id"]: row for row in read_rows(Path("data/recorded/seed_tasks.jsonl"), "task")}
    theirs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(ours) == len(theirs) == 175
    for row in theirs:
        mine = ours[row["id"]]
        assert (mine["instruction"], mine["is_classification"]) == (row["instruction"], row["is_classification"])
        assert (mine["input"], mine["output"]) == (row["instances"][0]["input"], row["instances"][0]["output"])


def test_real_answers_and_verdicts_are_what_the_other_import_makes_of_them(project: Path, reference: Path) -> None:
    folder, baseline = reference / "ja-vicuna", "openai--text-davinci-003"
    import_questions(Source(folder / "question.jsonl"), "questions", "ja", None, yes=True)
    assert len(load_yaml(paths.PARAMS)["labels"]["question"]) == 9
    other = "rinna--japanese-gpt-neox-3.6b-instruction-ppo"
    for model in (baseline, other):
        import_answers(Source(folder / "answers" / f"{model}.jsonl"), model, model, fill=False, yes=True)
    [file] = (folder / "judgments").glob("*rinna*")
    report = import_verdicts(Source(file), None, None, one_order=False, yes=True)
    assert "80 verdicts imported" in report
    [match] = [id for id, each in load_yaml(paths.PARAMS)["matches"].items() if "recorded" in each]
    ours = [
        json.loads(line) for line in Path(f"data/recorded/judgments/{match}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    theirs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    names = ("question_id", "model_1", "model_2", "g1_winner", "g2_winner")
    assert [[str(row[n]) for n in names] for row in ours] == [[str(row[n]) for n in names] for row in theirs]


QUESTION_ROWS: dict[str, tuple[Any, list[str]]] = {
    "MT-bench, both turns": ({"question_id": 81, "category": "writing", "turns": ["a", "b"], "reference": []}, ["a", "b"]),
    "Arena-Hard 0.1": ({"question_id": "u1", "category": "c", "cluster": "x", "turns": [{"content": "a"}]}, ["a"]),
    "Arena-Hard 2.0": ({"uid": "u1", "category": "c", "subcategory": "x", "prompt": "a"}, ["a"]),
    "AlpacaEval": ({"instruction": "a", "output": "o", "generator": "g", "dataset": "koala"}, ["a"]),
    "flexeval": (
        {"lm_output": "o", "extra_info": {"messages": CHAT[:1], "category": "w"}, "references": []},
        ["Name a fruit."],
    ),
    "WildBench": ({"id": "x", "conversation_input": CHAT[:1], "primary_tag": "Coding", "checklist": ["b"]}, ["Name a fruit."]),
    "messages of two turns": ({"messages": [*CHAT, {"role": "user", "content": "Another."}]}, ["Name a fruit.", "Another."]),
    "ours": ({"id": "q", "text": "a", "category": "c", "follow_ups": ["b"]}, ["a", "b"]),
}


@pytest.mark.parametrize(("row", "turns"), QUESTION_ROWS.values(), ids=QUESTION_ROWS)
def test_each_format_of_questions(project: Path, row: Any, turns: list[str]) -> None:
    import_questions(Source(write(project / "in.jsonl", [row])), "more", "en", "misc", yes=True)
    [question] = read_rows(Path("data/recorded/more.jsonl"), "question")
    assert [question["text"], *question.get("follow_ups", [])] == turns
    params = load_yaml(paths.PARAMS)
    assert question["category"] in params["labels"]["question"]
    assert params["post_edit"]["corpora"]["more"] == "data/build/edited/questions/more.jsonl"
    assert "\n\ngenerate:" in paths.PARAMS.read_text(encoding="utf-8")


ANSWER_ROWS: dict[str, list[Any]] = {
    "FastChat": [
        {"question_id": id, "model_id": "m", "choices": [{"index": 0, "turns": ["An apple."]}]} for id in ("one", "two")
    ],
    "Arena-Hard 0.1": [
        {"question_id": id, "model_id": "m", "choices": [{"index": 0, "turns": [{"content": "An apple.", "token_len": 3}]}]}
        for id in ("one", "two")
    ],
    "Arena-Hard 2.0": [
        {
            "uid": id,
            "model": "m",
            "messages": [{"role": "user", "content": text}, {"role": "assistant", "content": {"answer": "An apple."}}],
        }
        for id, text in (("one", "質問1"), ("two", "Name a fruit."))
    ],
    "AlpacaEval": [{"instruction": text, "output": "An apple.", "generator": "m"} for text in ("質問1", "Name a fruit.")],
    "flexeval": [
        {"lm_output": "An apple.", "finish_reason": "stop", "extra_info": {"messages": [{"role": "user", "content": text}]}}
        for text in ("質問1", "Name a fruit.")
    ],
    "messages": [{"messages": [{"role": "user", "content": text}, CHAT[1]]} for text in ("質問1", "Name a fruit.")],
}


@pytest.mark.parametrize("rows", ANSWER_ROWS.values(), ids=ANSWER_ROWS)
def test_each_format_of_answers(project: Path, rows: list[Any]) -> None:
    import_answers(Source(write(project / "in.jsonl", rows)), "New.Model", "m", fill=False, yes=True)
    path = Path("data/recorded/answers/new-model.jsonl")
    answers = {row["question_id"]: row["choices"][0]["turns"] for row in read_rows(path, "fastchat_answer", unique=None)}
    assert answers == {"one": ["An apple."], "two": ["An apple."]}
    assert load_yaml(paths.PARAMS)["models"]["new-model"] == {"recorded": str(path), "name": "m"}


def games(first: str | None, second: str | None) -> list[Any]:
    return [{"score": label, "judgment": {"answer": f"said {label}"}} for label in (first, second)]


def annotation(text: str, preference: float | str | None) -> Any:
    outputs = {"output_1": "O1", "output_2": "O2", "generator_1": "thin", "generator_2": "good"}
    return {"instruction": text, "preference": preference} | outputs


VERDICT_ROWS: dict[str, tuple[list[Any], list[tuple[str, str]]]] = {
    "Arena-Hard": (
        [
            {"uid": "one", "model": "good", "baseline": "thin", "judge": "j", "games": games("B>>A", "A=B")},
            {"uid": "two", "model": "good", "baseline": "thin", "judge": "j", "games": games("A>B", None)},
        ],
        [("tie", "model_1"), ("error", "model_2")],
    ),
    "AlpacaEval": (
        [annotation("質問1", 1.98), annotation("Name a fruit.", None)],
        [("model_1", "model_1"), ("error", "error")],
    ),
    "AlpacaEval, a draw": (
        [annotation("質問1", 1.5), annotation("Name a fruit.", 1.0)],
        [("tie", "tie"), ("model_2", "model_2")],
    ),
    "AlpacaEval, as a table without types has it": (
        [annotation("質問1", "2.0"), annotation("Name a fruit.", "")],
        [("model_1", "model_1"), ("error", "error")],
    ),
}


@pytest.mark.parametrize(("rows", "winners"), VERDICT_ROWS.values(), ids=VERDICT_ROWS)
def test_each_format_of_verdicts(project: Path, rows: list[Any], winners: list[tuple[str, str]]) -> None:
    file = write(project / "in.jsonl", rows)
    if "preference" in rows[0]:
        with pytest.raises(UserError, match="judge each pair in one order only"):
            import_verdicts(Source(file), None, None, one_order=False, yes=True)
    import_verdicts(Source(file), None, None, one_order=True, yes=True)
    verdicts = list(read_rows(Path("data/recorded/judgments/good-vs-thin.jsonl"), "fastchat_verdict", unique=None))
    assert [(row["g1_winner"], row["g2_winner"]) for row in verdicts] == winners
    assert {row.get("one_order", False) for row in verdicts} == {"preference" in rows[0]}
    assert {(row["model_1"], row["model_2"]) for row in verdicts} == {("good", "thin")}
    assert load_yaml(paths.PARAMS)["matches"]["good-vs-thin"]["recorded"] == "data/recorded/judgments/good-vs-thin.jsonl"


CARD = """---
license: apache-2.0
x-of-another-tool: {a: 1}
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test.jsonl
---
# A card
"""


def test_annotations_are_no_answers_but_their_outputs_are() -> None:
    for target, says in (
        (formats.ANSWERS, "to use one of its outputs, add --map answer=output_1 --map question=instruction"),
        (formats.QUESTIONS, "`seedbed import verdicts` reads it"),
    ):
        with pytest.raises(UserError, match=re.escape(says)):
            format_of(annotation("質問1", 1.0), "in.jsonl:1", target)


@pytest.mark.parametrize(
    ("target", "row", "says"),
    [
        (formats.ROWS, {"prompt": "Whole: do it", "response": "ok"}, "--map instruction=prompt --map output=response"),
        (
            formats.ROWS,
            {"instruction": "Do", "input": "it", "response": "ok", "note": "a longer text than any other"},
            "--map instruction=instruction --map input=input --map output=response",
        ),
        (formats.QUESTIONS, {"rules": ["a"], "prompt": "Name a fruit."}, "--map text=prompt"),
        (formats.QUESTIONS, {"id": 1, "questions": ["One?", "Two?"], "outputs": ["a", "b"]}, "--map turns=questions"),
        (formats.QUESTIONS, {"turns": ["One?", "Two?"], "topic": "a long topic"}, "--map turns=turns"),
        (formats.QUESTIONS, {"prompt": ["One?"], "reference": "a long reference"}, "--map text=prompt.0"),
        (formats.QUESTIONS, {"the question; rm -rf": "One?"}, "--map 'text=the question; rm -rf'"),
        (
            formats.ROWS,
            {"input": "a longer text", "target": "t"},
            "--map instruction=input --map output=target",
        ),
        (
            formats.ROWS,
            {"tree_state": "ready", "prompt": {"text": "Hi?", "lang": "en", "replies": [{"role": "assistant", "text": "Hi."}]}},
            "--map instruction=prompt.text --map output=prompt.replies.0.text",
        ),
        (
            formats.ROWS,
            {"source": "x", "instruction": "Do", "completions": [{"model": "a longer text", "response": "ok"}]},
            "--map instruction=instruction --map output=completions.0.response",
        ),
        (
            formats.ROWS,
            {"inputs": "Hi?", "targets": "Hi.", "user_id": "longer"},
            "--map instruction=inputs --map output=targets",
        ),
        (formats.ROWS, {"id": "0", "data": ["Hi?", "Hi.", "Bye."]}, "--map instruction=data.0 --map output=data.1"),
        (
            formats.ROWS,
            {"version": "1", "data": {"rows": [{"prompt": "Hi?", "answer": "Hi."}]}},
            "--map instruction=data.rows.0.prompt --map output=data.rows.0.answer; if data.rows holds the rows, give "
            "--at data.rows",
        ),
        (formats.QUESTIONS, {"a": 1, "b": "short", "c": "a long one"}, "--map text=c"),
        (formats.QUESTIONS, {"a": 1}, "--map text=FIELD"),
        (formats.ROWS, {"Prompt": "a", "Completion": "a long one"}, "--map instruction=Prompt --map output=Completion"),
        (formats.SEEDS, {"Question": "a", "Answer": "a long one"}, "--map instruction=Question --map output=Answer"),
        (
            formats.ROWS,
            {"Instruction": "a", "Output": "a long one", "Input": "b"},
            "--map instruction=Instruction --map input=Input --map output=Output",
        ),
        (formats.ROWS, {"Frage": "a", "Antwort": "a long one"}, "--map instruction=FIELD --map output=FIELD"),
        (formats.QUESTIONS, {"Prompt": "a", "Completion": "a long one"}, "--map text=Prompt"),
        (formats.ANSWERS, {"id": 1, "questions": ["One?", "Two?"], "outputs": ["a", "b"]}, "--map turns=outputs"),
        (formats.ANSWERS, {"prompt": "One?", "outputs": ["a", "b"]}, "--map turns=outputs --map question=prompt"),
        (formats.ANSWERS, {"id": "a long identifier", "x": "text"}, "--map answer=x --map question=FIELD"),
        (formats.ANSWERS, {"prompt": "Name a fruit.", "generated": "apple"}, "--map answer=generated --map question=prompt"),
    ],
)
def test_an_unknown_table_is_told_which_of_its_fields_are_likely(target: str, row: Any, says: str) -> None:
    with pytest.raises(UserError) as error:
        format_of(row, "in.jsonl:1", target)
    assert str(error.value).endswith(f"map the fields, e.g. {says}")


def test_a_hub_folder_is_read_as_its_card_says(project: Path) -> None:
    folder = project / "hub"
    (folder / "data").mkdir(parents=True)
    db = duckdb.connect()
    for n in range(2):
        said = f"[{{'role': 'user', 'content': 'Q{n}'}}, {{'role': 'assistant', 'content': 'A{n}'}}]"
        sql = f"select {said} as messages, {n}::float as loss"
        db.execute(f"copy ({sql}) to '{folder / 'data'}/train-{n}.parquet' (format parquet)")
    write(folder / "data" / "test.jsonl", [{"messages": CHAT}])
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    assert [row["output"] for row in as_rows(folder)] == ["A0", "A1"]
    about = load_yaml(Path("data/recorded/rows/mine.source.yaml"))
    assert (about["license"], [each["name"] for each in about["files"]]) == (
        "apache-2.0",
        ["data/train-0.parquet", "data/train-1.parquet"],
    )
    assert about["data_set"] == {"folder": "hub", "config": "default", "split": "train"}
    assert as_rows(Source(folder, split="test")) == [TASK]
    with pytest.raises(UserError, match="has the splits train, test"):
        as_rows(Source(folder, split="dev"))
    for files, words in (
        ('[""]', "'' is no pattern of paths"),
        ('"data/**.jsonl"', r"'data/\*\*.jsonl' is no pattern of paths"),
        ("{train: data/train-*}", "expected entries with split and path, found one with train"),
        ("[{split: [a], path: data/test.jsonl}]", r"expected the name of a split, found \['a'\]"),
        ("7", "expected paths, found 7"),
    ):
        card = f"---\nconfigs:\n- config_name: a\n  data_files: {files}\n---\n"
        (folder / "README.md").write_text(card, encoding="utf-8")
        with pytest.raises(UserError, match=words):
            as_rows(folder)
    (folder / "README.md").write_text(
        "---\nconfigs:\n- config_name: a\n  data_files: ../../secret.jsonl\n---\n", encoding="utf-8"
    )
    with pytest.raises(UserError, match="is outside of the folder"):
        as_rows(folder)
    numbered = "---\nconfigs:\n- config_name: a\n  data_files:\n  - {split: 2024, path: data/test.jsonl}\n---\n"
    (folder / "README.md").write_text(numbered, encoding="utf-8")
    with pytest.raises(UserError, match="expected the name of a split, found 2024; put it in quotes"):
        as_rows(Source(folder, split="2024"))
    (folder / "README.md").write_text("---\nlicense: [\n---\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"README\.md"):
        as_rows(folder)


def test_the_data_set_of_a_folder_is_named_as_far_as_it_says(project: Path) -> None:
    folder = project / "cache" / "datasets--team--fruit" / "snapshots" / "0123abc"
    (folder / "data").mkdir(parents=True)
    name = "datasets--team--fruit/snapshots/0123abc"
    write(folder / "rows.jsonl", [TASK])
    as_rows(folder)
    assert load_yaml(Path("data/recorded/rows/mine.source.yaml"))["data_set"] == {"folder": name}
    (folder / "README.md").write_text("---\ndataset_info: {config_name: plain}\n---\n", encoding="utf-8")
    (folder / "rows.jsonl").rename(folder / "data" / "test-00000-of-00001.jsonl")
    as_rows(Source(folder, split="test"))
    about = load_yaml(Path("data/recorded/rows/mine.source.yaml"))
    assert about["data_set"] == {"folder": name, "config": "plain", "split": "test"}
    as_rows(write(project / "in.jsonl", [TASK]))
    assert "data_set" not in load_yaml(Path("data/recorded/rows/mine.source.yaml"))


def test_configurations_of_a_hub_folder_are_kept_apart(project: Path) -> None:
    """`data_dir` says where a configuration is, and `default` which one is taken."""
    folder = project / "hub"
    for name in ("first", "second"):
        (folder / name).mkdir(parents=True)
        write(folder / name / "train.jsonl", [TASK | {"output": name}])
    card = "---\nconfigs:\n- {config_name: a, data_dir: first}\n- {config_name: b, data_dir: second, default: true}\n---\n"
    (folder / "README.md").write_text(card, encoding="utf-8")
    assert [row["output"] for row in as_rows(folder)] == ["second"]
    assert [row["output"] for row in as_rows(Source(folder, config="a"))] == ["first"]
    (folder / "README.md").write_text(card.replace(", default: true", ", data_files: '*.jsonl'"), encoding="utf-8")
    assert [row["output"] for row in as_rows(Source(folder, config="b"))] == ["second"]
    about = load_yaml(Path("data/recorded/rows/mine.source.yaml"))
    assert about["data_set"] == {"folder": "hub", "config": "b", "split": "train"}
    with pytest.raises(UserError, match="the card has 2 configurations; choose one: --config a, b"):
        as_rows(folder)
    (folder / "README.md").write_text(card.replace("first", "../first"), encoding="utf-8")
    with pytest.raises(UserError, match=r"data_dir: '\.\./first' is outside of the folder"):
        as_rows(folder)


def task(**fields: Any) -> str:
    return json.dumps(TASK | fields)


BAD: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.jsonl", b" \n", r"a\.jsonl: the file is empty"),
    "a byte order mark alone": ("a.jsonl", b"\xef\xbb\xbf", r"a\.jsonl: the file is empty"),
    "gzip within gzip": ("a.jsonl.gz", gzip.compress(gzip.compress(b"{}")), "packed with gzip twice"),
    "UTF-32": ("a.jsonl", "{}".encode("utf-32"), "it is UTF-32"),
    "too deep": ("a.jsonl", b'{"a":' + b"[" * 10**5, r"a\.jsonl:1: .*nested too deeply"),
    "a number too long": ("a.json", b'[{"a":' + b"9" * 5000 + b"}]", r"a\.json:1: .*a number with more than 4,300 digits"),
    "half a surrogate pair in the only row": (
        "a.jsonl",
        b'{"instruction":"a","output":"\\ud800"}\n',
        "half of a surrogate pair",
    ),
    "null": (
        "a.jsonl",
        b'{"instruction":null,"output":"b"}',
        r"1 row left out: its instruction is blank[^$]*nothing to import",
    ),
    "a table that begins with a blank line": ("a.csv", b"\ninstruction,output\na,b\n", r"a\.csv:1: the first line is blank"),
    "NaN": ("a.jsonl", b'{"instruction":"a","output":"b","s":NaN}', r"a\.jsonl:1: .*NaN is not JSON"),
    "NaN in an array": ("a.json", b'[{"instruction":"a","output":"b"},\n{"s":NaN}]', r"a\.json:2: .*NaN is not JSON"),
    "a field of another type": (
        "a.jsonl",
        f"{task()}\n{task(output=7)}".encode(),
        r"a\.jsonl:2: field output: expected a text, found 7",
    ),
    "a missing field": ("a.jsonl", f'{task()}\n{{"instruction":"a"}}'.encode(), r"a\.jsonl:2: field output: missing"),
    "another format halfway": (
        "a.jsonl",
        f"{task()}\n{json.dumps({'messages': CHAT})}".encode(),
        "this row looks like chat messages",
    ),
    "cut": ("a.json", b'[{"instruction":"a","output":"b"},', r"a\.json:1: not JSON"),
    "more behind the array": (
        "a.json",
        b'[{"instruction":"a","output":"b"}] {}',
        "there is more text after the end of the array",
    ),
    "an array of texts": ("a.json", b'["a"]', r"a\.json:1: expected a JSON object, found str"),
    "one object": ("a.json", b'{"data":\n [{"instruction":"a"}]}', "name the field that contains the rows, e.g. --at data"),
    "not UTF-8": ("a.jsonl", b'{"instruction":"a","output":"\xff"}', r"a\.jsonl:1: not UTF-8"),
    "UTF-16 without a byte order mark": ("a.jsonl", task().encode("utf-16-le"), "UTF-16 without a byte order mark"),
    "UTF-16 that is cut": ("a.jsonl", b"\xff\xfe" + task().encode("utf-16-le")[:-1], "not UTF-16"),
    "a cut gzip": ("a.jsonl.gz", gzip.compress(os.urandom(4000))[:2000], "the gzip file is truncated or damaged"),
    "zstd": ("a.jsonl.zst", b"\x28\xb5\x2f\xfd\0\0", "compressed with zstd"),
    "a zip": ("a.zip", b"PK\x03\x04abc", "this is a zip archive"),
    "no spreadsheet": ("a.xlsx", b"PK\x03\x04abc", "cannot be read as a spreadsheet"),
    "a cut Parquet": ("a.parquet", b"PAR1abc", "cannot be read as Parquet"),
    "a web page": ("a.json", b"<!doctype html><html>", "a web page"),
    "a pointer": ("a.json", b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a Git LFS pointer"),
    "an open quotation mark": ("a.csv", b'instruction,output\n"a,b\n', r"a\.csv:2: not CSV"),
    "a ragged table": ("a.csv", b"instruction,output\na,b,c\n", r"a\.csv:2: 3 fields, but the first line has 2"),
    "a column twice": ("a.csv", b"output,output\na,b\n", "'output' appears twice"),
    "half a surrogate pair": ("a.json", b'[{"instruction":"a","output":"\\ud800"}]', "half of a surrogate pair"),
    "an unknown format": (
        "a.jsonl",
        b'{"prompt":"a","completion":"b"}',
        r"fields prompt, completion.* --map instruction=prompt",
    ),
    "verdicts": (
        "a.jsonl",
        json.dumps(annotation("a", 1)).encode(),
        "looks like AlpacaEval's annotations, which contains no rows; `seedbed import verdicts`",
    ),
    "votes of people": (
        "a.jsonl",
        b'{"question_id":"x","model_a":"a","model_b":"b","winner":"model_b","conversation_a":[]}',
        "only what was asked can be imported: `seedbed import questions FILE .* --map text=conversation_a.0.content`",
    ),
    "OpenAssistant's messages": (
        "a.jsonl",
        b'{"message_id":"x","parent_id":null,"text":"a","role":"prompter"}',
        "import the file of trees instead, with --map instruction=prompt.text --map output=prompt.replies.0.text",
    ),
    "a preference pair without a prompt": ("a.jsonl", b'{"chosen":"b","rejected":"c"}', "field prompt: missing"),
    "a table with line ends of CR": ("a.csv", b"instruction,output\ra,b\r", "a line ends with CR alone"),
    "two rows of one id": (
        "a.jsonl",
        f"{task(id='a-b')}\n{task(id='a-b', output='c')}".encode(),
        r"a\.jsonl:2: field id: 'a-b' gives the id 'a-b', which the row at .*a\.jsonl:1 has too",
    ),
    "a row of one long line": ("a.jsonl", b'{"a":"' + b"x" * MOST_BYTES + b'"}', r"a\.jsonl:1: one row of more than 16 MB"),
    "an array of one long line": ("a.json", b'[{"a":"' + b"x" * MOST_BYTES + b'"}]', "one row of more than 16 MB"),
    "a table of one long line": ("a.csv", b"a,b\n" + b"x" * MOST_BYTES + b",y", r"a\.csv:2: one row of more than 16 MB"),
}


@pytest.mark.parametrize(("name", "content", "words"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_place_and_nothing_is_written(
    project: Path, name: str, content: bytes, words: str
) -> None:
    (project / name).write_bytes(content)
    before = state(project)
    with pytest.raises(UserError, match=words) as refused:
        import_rows(Source(project / name), "mine", yes=True)
    assert len(str(refused.value)) < 700
    assert state(project) == before


def test_ids_that_a_slug_makes_equal_stay_apart_in_any_order(project: Path) -> None:
    ids = ["数学-1", "国語-1", "1", "AbC_0", "aBc_0", "Q 7", "q/8", "q-8", "seed_task_0"]
    rows = [{**TASK, "id": id, "output": f"It is {id}."} for id in ids]
    found: list[dict[str, str]] = []
    for place, given in enumerate((rows, rows[::-1])):
        import_seeds(Source(write(project / "a.jsonl", given)), "seed_tasks", "en", None, yes=True)
        made = list(read_rows(Path("data/recorded/seed_tasks.jsonl")))
        assert len({row["id"] for row in made}) == len(ids), place
        found.append({row["output"].removeprefix("It is ").removesuffix("."): row["id"] for row in made})
    assert found[0] == found[1]
    assert [found[0][id] for id in ("1", "Q 7", "q-8", "seed_task_0")] == ["1", "q-7", "q-8", "seed_task_0"]
    for id, start in {"数学-1": "1-", "国語-1": "1-", "AbC_0": "abc_0-", "aBc_0": "abc_0-", "q/8": "q-8-"}.items():
        assert re.fullmatch(rf"{start}[0-9a-f]{{12}}", found[0][id])


def test_a_second_pass_for_ids_counts_nothing_twice(project: Path) -> None:
    rows = [{"question_id": id, "category": "other", "turns": [f"What is {id}?"]} for id in ("A", "a", "b")]
    file = write(project / "a.jsonl", [*rows, {**rows[2]}, {**rows[2], "question_id": "c", "turns": [" "]}])
    said = import_questions(Source(file), "questions", "en", None, yes=True)
    assert "5 rows; 3 will be imported" in said
    assert said.count("1 row left out") == 2
    rows[2]["category"] = "generic"
    write(file, [*rows, {**rows[2], "turns": ["Why?"]}])
    with pytest.raises(UserError, match=r"a\.jsonl:4: field question_id: 'b' gives the id 'b', which the row at .*:3 has"):
        import_questions(Source(file), "questions", "en", None, yes=True)
    write(file, [TASK | {"name": "x"}, TASK | {"name": 1.5}])
    with pytest.raises(UserError, match=r"a\.jsonl:2: field name: expected a text or a whole number, found 1\.5"):
        import_rows(Source(file, fields=[("id", "name")]), "mine", yes=True)


def test_a_damaged_spreadsheet_is_refused_wherever_the_damage_is(project: Path) -> None:
    """The sheets are read long after the file was opened: what openpyxl raises then is told too."""
    book = openpyxl.Workbook()
    assert book.active
    book.active.append(["instruction", "output"])
    book.active.append(["a", "b"])
    book.save(project / "whole.xlsx")
    with zipfile.ZipFile(project / "whole.xlsx") as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for name, content in parts.items():
        for damaged in (b"", content[: len(content) // 2], content.replace(b'"', b"", 1)):
            with zipfile.ZipFile(project / "a.xlsx", "w") as packed:
                for other, whole in parts.items():
                    packed.writestr(other, damaged if other == name else whole)
            rows = list[Any]()  # none is given before the damage, or the part says nothing of them
            with suppress(UserError):
                rows = [found.row for found in read_foreign(project / "a.xlsx")]
            assert rows in ([], [{"instruction": "a", "output": "b"}]), (name, damaged)


def test_a_spreadsheet_is_read_whole_whatever_it_says_of_its_size(project: Path) -> None:
    """Some programs write the size of one cell; Excel writes a carriage return as _x000D_."""
    book = openpyxl.Workbook()
    assert book.active
    book.active.append(["instruction", "output"])
    book.active.append(["a_x000D_\nb", 7])
    book.active.append([date(2024, 5, 1), datetime(2024, 5, 1, 9, 30)])
    book.save(project / "whole.xlsx")
    with zipfile.ZipFile(project / "whole.xlsx") as packed, zipfile.ZipFile(project / "a.xlsx", "w") as out:
        for name in packed.namelist():
            out.writestr(name, packed.read(name).replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1"'))
    assert [found.row for found in read_foreign(project / "a.xlsx")] == [
        {"instruction": "a\nb", "output": "7"},
        {"instruction": "2024-05-01", "output": "2024-05-01T09:30:00"},
    ]


def test_a_parquet_with_other_types_is_refused(project: Path) -> None:
    duckdb.connect().execute(f"copy (select 'a' as instruction, 3.5 as output) to '{project}/a.parquet' (format parquet)")
    with pytest.raises(UserError, match=r"a\.parquet: row 1: field output: expected a text, found Decimal"):
        as_rows(project / "a.parquet")


def test_a_large_array_is_read_row_by_row(project: Path) -> None:
    rows = [TASK | {"input": "x" * 2**20} for _ in range(MOST_BYTES // 2**20 + 1)]
    (project / "a.json").write_text(json.dumps([*rows, TASK | {"output": 1}]), encoding="utf-8")
    found = list(read_foreign(project / "a.json"))
    assert [each.row for each in found[:-1]] == rows
    assert found[-1].where == f"{project}/a.json: row {len(rows) + 1}"


def test_what_other_questions_take_out_of_params_is_said_first(project: Path) -> None:
    """Criteria are a person's words, and go with their categories."""
    file = write(project / "q.jsonl", [{"text": "質問", "category": "writing"}])
    shown = import_questions(Source(file), "questions", "ja", None, yes=False)
    criteria, categories = load_yaml(paths.PARAMS)["criteria"], load_yaml(paths.PARAMS)["judge"]["reference_categories"]
    gone = [name for name in criteria if name != "writing"]
    assert f"criteria of params.yaml loses those of categories that are not in use: {', '.join(gone)}" in shown
    assert f"judge.reference_categories loses {', '.join(categories)}, not all of whose questions have a reference" in shown
    import_questions(Source(file), "questions", "ja", None, yes=True)
    after = load_yaml(paths.PARAMS)
    assert (list(after["criteria"]), after["judge"]["reference_categories"]) == (["writing"], [])


def test_questions_of_an_earlier_build_want_no_answer(project: Path) -> None:
    built = project / paths.edited("questions", "question")
    built.parent.mkdir(parents=True)
    gone = {"id": "gone", "category": "generic", "text": "もうない質問", "status": "approved"}
    write(built, [gone | {"made_by": {"endpoint": "e", "model": "m"}}])
    answers = write(project / "in.jsonl", ANSWER_ROWS["FastChat"])
    assert "2 answers of m imported" in import_answers(Source(answers), "m", None, fill=False, yes=True)


def test_answers_that_do_not_fit_are_refused(project: Path) -> None:
    def answers(*rows: Any, fill: bool = False) -> str:
        return import_answers(Source(write(project / "in.jsonl", [*rows])), "m", None, fill=fill, yes=True)

    one, two = ANSWER_ROWS["FastChat"]
    with pytest.raises(UserError, match=r"no answer to question 'two' \(1 of 2 missing\).*--fill"):
        answers(one)
    with pytest.raises(UserError, match=r"missing\).*; left out: a message has parts that are no text \(.*in\.jsonl:2\)"):
        answers(one, two | {"choices": [{"turns": [["no text", 2]]}]})
    assert "2 answers of m imported" in answers(one, fill=True)
    with pytest.raises(UserError, match=r"in\.jsonl:2: no question 'three' in this project"):
        answers(one, two | {"question_id": "three"})
    with pytest.raises(UserError, match=r"in\.jsonl:2: question 'one' is answered twice"):
        answers(one, one)
    with pytest.raises(UserError, match=r"in\.jsonl:2: answers of 'other', but earlier rows are of 'm'"):
        answers(one, two | {"model_id": "other"})
    verdict = {"question_id": "one", "model_1": "x", "model_2": "thin", "g1_winner": "tie", "g2_winner": "tie"}
    source = Source(write(project / "v.jsonl", [verdict]))
    with pytest.raises(UserError, match=r"verdicts on 'x', a model that is not in params\.yaml"):
        import_verdicts(source, None, None, one_order=False, yes=True)


def test_a_missing_turn_is_filled_as_a_missing_answer_is(project: Path) -> None:
    """A public run of the first turns alone, of a benchmark with two."""
    asked = [{"question_id": id, "category": "generic", "turns": turns} for id, turns in (("p", ["1", "2"]), ("q", ["3"]))]
    import_questions(Source(write(project / "q.jsonl", asked)), "questions", "ja", None, yes=True)
    rows = [{"question_id": id, "model_id": "m", "choices": [{"turns": [f"An answer to {id}."]}]} for id in ("p", "q")]
    file = Source(write(project / "in.jsonl", rows))
    with pytest.raises(UserError, match=r"in\.jsonl:1: question 'p' has 2 turns, the answer 1; .* --fill counts"):
        import_answers(file, "m", None, fill=False, yes=True)
    said = import_answers(file, "m", None, fill=True, yes=True)
    assert "1 answer with fewer turns than the question: p; the missing turns count as failed" in said
    assert "without a text" not in said
    kept = read_rows(Path("data/recorded/answers/m.jsonl"), "fastchat_answer", unique=None)
    assert [row["choices"][0]["turns"] for row in kept] == [["An answer to p.", None], ["An answer to q."]]


def test_the_preview_says_what_goes_and_what_is_missing(project: Path) -> None:
    seeds = Source(write(project / "in.jsonl", [TASK, TASK | {"instruction": "Name a colour."}]))
    assert "instead of data/seed_tasks.en.jsonl" in import_seeds(seeds, "seed_tasks", "en", None, yes=True)
    assert "replaces data/recorded/seed_tasks.jsonl (2 rows)" in import_seeds(seeds, "seed_tasks", "de", None, yes=False)
    import_rows(seeds, "mine", yes=True)
    assert "replaces data/recorded/rows/mine.jsonl (2 rows), which sets.mine refers to" in import_rows(seeds, "mine", yes=False)
    Path("data/recorded/rows/mine.jsonl").write_text("{\n\n", encoding="utf-8")
    assert "replaces data/recorded/rows/mine.jsonl (1 row), which" in import_rows(seeds, "mine", yes=True)
    with pytest.raises(UserError, match=r"--set \.\./evil: not a valid id; .* e\.g\. --set evil"):
        import_rows(seeds, "../evil", yes=True)
    one, two = ANSWER_ROWS["FastChat"]
    blank = Source(write(project / "in.jsonl", [one, two | {"choices": [{"turns": [" "]}]}]))
    assert "1 answer without a text: blank or marked as an error" in import_answers(blank, "m", None, fill=False, yes=False)
    nothing = Source(write(project / "in.jsonl", [{"question_id": 1, "category": "writing", "turns": []}]))
    with pytest.raises(UserError) as error:
        import_questions(nothing, "questions", "en", None, yes=True)
    assert "no row is left\nnothing to import" in str(error.value)
    assert not any(words in str(error.value) for words in ("writes", "replaces", "labels.question", "criteria"))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "a.json",
            '[{"instruction": "Name a fr',
            "a.json:1: not JSON: Unterminated .* at column 18; .* truncated",
        ),
        ("a.json", '[{"instruction": "x", "output": "y"}', "a.json:1: not JSON: .* is the file truncated"),
        ("a.jsonl", '{\n "instruction": "x",\n "output": "y"\n}', "fields instruction, output; write it on one line"),
        ("a.json", '{\n "n": 1,\n "data": [\n{"a": 1}]\n}', "fields n, data; name the field .* e.g. --at data"),
    ],
)
def test_json_that_is_none_or_has_another_form(project: Path, name: str, text: str, words: str) -> None:
    (project / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=words):
        import_rows(Source(project / name), "mine", yes=True)


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("before", encoding="utf-8")
    second.mkdir()  # a folder cannot be replaced by a file
    (second / "x").touch()
    with pytest.raises(UserError, match="nothing was imported"):
        put_in_place({first: "after", tmp_path / "new" / "third": "x", second: "y"})
    assert first.read_text(encoding="utf-8") == "before"
    assert [path.name for path in sorted(tmp_path.rglob("*")) if path.is_file()] == ["first", "x"]


def test_commands_read_paths_from_where_they_are_called(tmp_path: Path) -> None:
    """Through the command line; --map that names nothing is refused."""
    made = Project(tmp_path / "project")
    made.root.mkdir()
    for name in ("params.yaml", "dvc.yaml"):
        (made.root / name).write_bytes((ROOT / name).read_bytes())
    (made.root / "sub").mkdir()
    write(made.root / "sub" / "in.jsonl", [{"q": "Name a fruit.", "a": ["An apple."]}])
    inside = Project(made.root / "sub")
    command = ("seedbed", "import", "rows", "in.jsonl", "--set", "mine", "--map", "instruction=q")
    output = inside.run(*command, "--map", "output=a.0")
    assert "Nothing was written yet" in output
    assert "1 row imported" in inside.run(*command, "--map", "output=a.0", "--yes")
    assert made.rows("data/recorded/rows/mine.jsonl")[0]["output"] == "An apple."
    assert "the row has no such field (there: q, a)" in inside.run(*command, "--map", "output=b", fails=True)
    assert "did you mean 'output'" in inside.run(*command, "--map", "outputs=a", fails=True)
