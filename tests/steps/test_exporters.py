"""export: the training sets, in every format the same examples in the same order; formats of a project's own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from seedbed.steps import exporters
from seedbed.steps.exporters import alpaca, load_exporter, messages, schema_of, sharegpt
from seedbed.steps.exporting import COLUMNS
from seedbed.util.errors import UserError
from seedbed.util.rows import write_rows
from seedbed.util.yaml_edit import yaml_editor
from stages import export
from tests.examples import example_in
from tests.harness import ROOT

FORMATS = {"alpaca": alpaca, "messages": messages, "sharegpt": sharegpt}
MADE_BY = {"endpoint": "e", "model": "m"}
NASTY = 'a "quoted" line\nand <b>another</b>, \u202e\\u0000 日本語'


def task(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "task_type": "open_qa", "instruction": f"{id}?", "input": "", "output": NASTY, "made_by": MADE_BY} | more


@pytest.fixture
def built(tmp_path: Path) -> Path:
    text = {"instruction": "base?", "input": "", "output": "b"}
    rows: dict[str, list[dict[str, Any]]] = {
        "seeds": [
            task("z", is_classification=False, status="edited") | {"input": "in"},
            task("a", is_classification=False, status="approved"),
        ],
        "instructions": [
            task(f"s{slot:05}-0", slot=slot, index=0, demonstrations=["z"], request="0" * 64) for slot in range(3)
        ],
        "baseline": [
            {"id": id, "task_type": "open_qa", "is_classification": False, "made_by": MADE_BY, "source": text} | fields
            for id, fields in (
                ("b-1", {"translation": text, "failure": None}),
                ("b-2", {"translation": None, "failure": {"reason": "cut", "detail": "", "text": None}}),
            )
        ],
    }
    for name, made in (rows | {"empty": []}).items():
        write_rows(tmp_path / f"{name}.jsonl", made, None)
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    return tmp_path


def run(
    built: Path, monkeypatch: pytest.MonkeyPatch, rows: str = "instructions", seeds: str = "seeds", out: str = "out"
) -> Path:
    """Run the stage for a set of these rows, which params.yaml declares; return the folder that it wrote."""
    yaml = yaml_editor()
    params = yaml.load((built / "params.yaml").read_text(encoding="utf-8"))
    params["sets"] = {"mine": {"seeds": f"{built / seeds}.jsonl", "rows": f"{built / rows}.jsonl"}}
    with (built / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(params, file)
    if not (built / "schemas").exists():  # `write_plugin` may have been here
        (built / "schemas").symlink_to(ROOT / "schemas")
    monkeypatch.chdir(built)
    arguments = ["--set=mine", f"--seeds={built / seeds}.jsonl", f"--rows={built / rows}.jsonl", f"--out={built / out}"]
    monkeypatch.setattr("sys.argv", ["export", *arguments])
    export.main()
    return built / out


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("seeds", "rows", "ids"),
    [
        ("seeds", "instructions", ["z", "a", "s00000-0", "s00001-0", "s00002-0"]),
        ("empty", "baseline", ["b-1"]),  # the one that failed is dropped
        ("empty", "empty", []),
    ],
)
def test_the_examples_are_the_same_in_every_format(
    built: Path, monkeypatch: pytest.MonkeyPatch, seeds: str, rows: str, ids: list[str]
) -> None:
    monkeypatch.chdir(ROOT)
    out = run(built, monkeypatch, rows, seeds)
    result = duckdb.execute(f"select * from '{out / 'examples.parquet'}'")
    columns = [column[0] for column in result.description]
    examples = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    assert [row["id"] for row in examples] == ids
    for format, shape in FORMATS.items():
        assert lines(out / f"{format}.jsonl") == [shape(row) for row in examples]


def test_parquet_says_where_an_example_comes_from(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    query = "select distinct origin, status, endpoint, model from read_parquet(?)"
    found = {
        row
        for rows in ("instructions", "baseline")
        for row in duckdb.execute(query, [str(run(built, monkeypatch, rows) / "examples.parquet")]).fetchall()
    }
    made_by = ("e", "m")
    assert found == {
        ("seed", "edited", *made_by),
        ("seed", "approved", *made_by),
        ("generated", None, *made_by),
        ("translated", None, *made_by),
    }


def test_what_nobody_translated_is_not_called_translated(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [row, _] = lines(built / "baseline.jsonl")
    write_rows(built / "english.jsonl", [row | {"made_by": None}, row | {"id": "b-3"}], None)
    monkeypatch.chdir(ROOT)
    out = run(built, monkeypatch, "english", "empty")
    found = duckdb.execute("select origin, id, model from read_parquet(?)", [str(out / "examples.parquet")]).fetchall()
    assert found == [("original", "b-1", None), ("translated", "b-3", "m")]


def test_the_same_rows_are_the_same_bytes(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    one, other = run(built, monkeypatch), run(built, monkeypatch, out="again")
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in other.iterdir()
    }
    assert sorted(path.name for path in one.iterdir()) == [
        "alpaca.jsonl",
        "examples.parquet",
        "messages.jsonl",
        "sharegpt.jsonl",
    ]


TALK = {"id": "t", "instruction": "One?", "input": "in", "output": "1", "system": "Be brief."}
TURNS = [{"instruction": "Two?", "output": "2"}, {"instruction": "Three?", "output": "3"}]


def test_an_imported_conversation_is_whole_in_every_format(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {"id": "p", "instruction": "Plain?", "output": "p"}
    write_rows(built / "talk.jsonl", [TALK | {"further": TURNS}, plain, TALK | {"id": "s"}], None)
    monkeypatch.chdir(ROOT)
    out = run(built, monkeypatch, "talk", "empty")
    words = ["Be brief.", "One?\n\nin", "1", "Two?", "2", "Three?", "3"]
    [whole, one, systemic] = lines(out / "messages.jsonl")
    roles = ["system", *["user", "assistant"] * 3]
    assert [(each["role"], each["content"]) for each in whole["messages"]] == [*zip(roles, words, strict=True)]
    assert [each["role"] for each in systemic["messages"]] == ["system", "user", "assistant"]
    assert one == messages(plain | {"input": ""})
    [whole, *_] = lines(out / "sharegpt.jsonl")
    roles = ["system", *["human", "gpt"] * 3]
    assert [(each["from"], each["value"]) for each in whole["conversations"]] == [*zip(roles, words, strict=True)]
    assert lines(out / "alpaca.jsonl") == [
        {"instruction": "Three?", "input": "", "output": "3", "system": "Be brief."}
        | {"history": [["One?\n\nin", "1"], ["Two?", "2"]]},
        {"instruction": "Plain?", "input": "", "output": "p"},
        {"instruction": "One?", "input": "in", "output": "1", "system": "Be brief."},
    ]
    found = duckdb.execute(f"select origin, output, system, further from '{out / 'examples.parquet'}'").fetchall()
    kept = [("1", "Be brief.", TURNS), ("p", None, []), ("1", "Be brief.", [])]
    assert found == [("imported", *each) for each in kept]


def test_a_set_without_conversations_has_no_columns_for_them(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = duckdb.execute(f"select * from '{run(built, monkeypatch) / 'examples.parquet'}'")
    assert [column[0] for column in found.description] == [pair.split()[0] for pair in COLUMNS.split(", ")]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"system": 1}, "system: expected a text"),
        ({"further": "x"}, "further: expected the exchanges after the first"),
        ({"further": [{"instruction": "x"}]}, "further: expected the exchanges after the first"),
        ({"further": [{"instruction": "x", "output": " "}]}, "further: expected the exchanges after the first"),
    ],
)
def test_a_conversation_that_is_none_is_named(
    built: Path, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any], words: str
) -> None:
    write_rows(built / "talk.jsonl", [TALK, TALK | {"id": "u"} | wrong], None)
    monkeypatch.chdir(ROOT)
    with pytest.raises(UserError, match=rf"talk\.jsonl:2: {words}"):
        run(built, monkeypatch, "talk", "empty")


# Formats of a project's own:

HEADER = "from seedbed.steps.exporters import asked, exporter\nfrom seedbed.util.rows import Row\n\n"
WritePlugin = Callable[[str, str], Path]


def test_the_example_in_the_documentation_is_exported(
    built: Path, write_plugin: WritePlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plugin("completion", HEADER + example_in(exporters))
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (built / "params.yaml").write_text(text.replace("    - sharegpt\n", "    - completion\n"), encoding="utf-8")
    out = run(built, monkeypatch)
    assert lines(out / "completion.jsonl")[0] == {"prompt": "z?\n\nin\n", "completion": NASTY}
    assert len(lines(out / "completion.jsonl")) == 5
    assert not (out / "sharegpt.jsonl").exists()
    translated = run(built, monkeypatch, "baseline", "empty", "translated")
    assert lines(translated / "completion.jsonl") == [{"prompt": "base?\n", "completion": "b"}]


def test_what_a_plug_in_writes_into_a_task_stays_with_it(write_plugin: WritePlugin) -> None:
    write_plugin(
        "loud", HEADER + "@exporter\ndef loud(task):\n    task['output'] += '!'\n    return {'text': task['output']}\n"
    )
    task = {"id": "a", "instruction": "", "input": "", "output": "Hello"}
    assert load_exporter("loud")(task) == {"text": "Hello!"}
    assert task["output"] == "Hello"


def test_only_ours_have_a_schema(write_plugin: WritePlugin) -> None:
    write_plugin("completion", HEADER + example_in(exporters))
    load_exporter("completion")
    assert [schema_of(name) for name in ("alpaca", "messages", "completion")] == ["export_alpaca", "export_messages", None]


@pytest.mark.parametrize(
    ("body", "line", "error"),
    [
        ("return task['type']", 6, "KeyError: 'type'"),
        ("return None", 4, "expected a dict, found NoneType"),
        ("return {'a': {1, 2}}", 4, "its return value cannot be written as JSON: "),
        ("return {'a': 1e999}", 4, "its return value cannot be written as JSON: "),
        ("return {'a': '\\ud800'}", 4, "its return value cannot be written as JSON: "),
    ],
)
def test_its_mistakes_are_reported(write_plugin: WritePlugin, body: str, line: int, error: str) -> None:
    write_plugin("mine", f"{HEADER}@exporter\ndef mine(task):\n    {body}\n")
    with pytest.raises(UserError) as raised:
        load_exporter("mine")({"id": "b-1", "instruction": "base?", "input": "", "output": "b"})
    assert str(raised.value).startswith(f"plugins/mine.py:{line}: export format 'mine', task 'b-1': {error}")


def test_an_unknown_one_is_reported() -> None:
    with pytest.raises(UserError, match=r"^export\.formats: unknown export format 'alpacca' \(did you mean 'alpaca'\?\)$"):
        load_exporter("alpacca")
