"""export: the training sets, in every format the same examples in the same order."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from seedbed.steps import exporting
from seedbed.util.rows import write_rows
from stages import export

ROOT = Path(__file__).parent.parent
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
        for format, shape in exporting.FORMATS.items():
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
