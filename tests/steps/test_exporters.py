"""export: the training sets, in every format the same examples in the same order; formats of a project's own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from seedbed.steps import exporters
from seedbed.steps.exporters import alpaca, load_exporter, messages, schema_of, sharegpt
from seedbed.util.errors import UserError
from seedbed.util.rows import write_rows
from stages import export
from tests.examples import example_in

ROOT = Path(__file__).parents[2]
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
    for name, made in rows.items():
        write_rows(tmp_path / f"{name}.jsonl", made, None)
    return tmp_path


def run(built: Path, monkeypatch: pytest.MonkeyPatch, out: str = "out") -> Path:
    arguments = [f"--{name}={built / name}.jsonl" for name in ("seeds", "instructions", "baseline")]
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["export", *arguments, f"--out={built / out}"])
    export.main()
    return built / out


def test_the_examples_are_the_same_in_every_format(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = run(built, monkeypatch)
    query = f"select * from '{out / 'training_sets.parquet'}' where training_set = ?"
    for name, expected in (("seedbed", ["z", "a", "s00000-0", "s00001-0", "s00002-0"]), ("baseline", ["b-1"])):
        result = duckdb.execute(query, [name])
        columns = [column[0] for column in result.description]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
        assert [row["id"] for row in rows] == expected
        for format, shape in FORMATS.items():
            lines = (out / f"{name}.{format}.jsonl").read_text(encoding="utf-8").splitlines()
            assert [json.loads(line) for line in lines] == [shape(row) for row in rows]


def test_parquet_says_where_an_example_comes_from(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run(built, monkeypatch) / "training_sets.parquet"
    found = duckdb.execute("select distinct origin, status, endpoint, model from read_parquet(?)", [str(path)]).fetchall()
    made_by = ("e", "m")
    assert set(found) == {
        ("seed", "edited", *made_by),
        ("seed", "approved", *made_by),
        ("generated", None, *made_by),
        ("translated", None, *made_by),
    }


def test_the_same_rows_are_the_same_bytes(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = run(built, monkeypatch), run(built, monkeypatch, "again")
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in other.iterdir()
    }
    assert len(list(one.iterdir())) == 7


# Formats of a project's own:

HEADER = "from seedbed.steps.exporters import asked, exporter\nfrom seedbed.util.rows import Row\n\n"
WritePlugin = Callable[[str, str], Path]


def test_the_example_in_the_documentation_is_exported(
    built: Path, write_plugin: WritePlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plugin("completion", HEADER + example_in(exporters))
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (built / "params.yaml").write_text(text.replace("    - sharegpt\n", "    - completion\n"), encoding="utf-8")
    monkeypatch.setattr(
        "sys.argv", ["export", *(f"--{name}={name}.jsonl" for name in ("seeds", "instructions", "baseline")), "--out=out"]
    )
    export.main()
    lines = (built / "out" / "seedbed.completion.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {"prompt": "z?\n\nin\n", "completion": NASTY}
    assert len(lines) == 5
    assert (built / "out" / "baseline.completion.jsonl").read_text() == '{"completion":"b","prompt":"base?\\n"}\n'
    assert not list((built / "out").glob("*sharegpt*"))


def test_only_ours_have_a_schema(write_plugin: WritePlugin) -> None:
    write_plugin("completion", HEADER + example_in(exporters))
    load_exporter("completion")
    assert [schema_of(name) for name in ("alpaca", "messages", "completion")] == ["export_alpaca", "export_messages", None]


@pytest.mark.parametrize(
    ("body", "line", "error"),
    [
        ("return task['task_type']", 6, "KeyError: 'task_type'"),
        ("return None", 4, "expected a dict, found NoneType"),
        ("return {'a': {1, 2}}", 4, "JSON cannot hold what it returned: "),
        ("return {'a': 1e999}", 4, "JSON cannot hold what it returned: "),
        ("return {'a': '\\ud800'}", 4, "JSON cannot hold what it returned: "),
    ],
)
def test_its_mistakes_are_told(write_plugin: WritePlugin, body: str, line: int, error: str) -> None:
    write_plugin("mine", f"{HEADER}@exporter\ndef mine(task):\n    {body}\n")
    with pytest.raises(UserError) as told:
        load_exporter("mine")({"instruction": "base?", "input": "", "output": "b"})
    assert str(told.value).startswith(f"plugins/mine.py:{line}: export format 'mine', task 'base?': {error}")


def test_an_unknown_one_is_told() -> None:
    with pytest.raises(UserError, match=r"^export\.formats: unknown export format 'alpacca' \(did you mean 'alpaca'\?\)$"):
        load_exporter("alpacca")
