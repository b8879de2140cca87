"""`seedbed filter`: rows of any making, and mistakes in one sentence."""

import json
from pathlib import Path

import pytest

from seedbed.steps.filter_file import as_json, as_table, decisions, read_tasks
from seedbed.util.errors import UserError
from tests.harness import ROOT

TASK = {
    "instruction": "冬に窓が結露する理由を説明してください。",
    "input": "",
    "output": "暖かい空気の水蒸気が冷えるからです。",
}
ROWS = [{"id": "a", **TASK}, {"id": 7, **TASK}, TASK | {"instruction": "俳句を一つ詠んでください。", "output": ""}]
CSV = (
    'id,instruction,input,output,label\r\na,"冬に窓が結露する理由を、\r\n説明してください。",,冷えるからです。,x\r\n'
    ",俳句を一つ詠んでください。,,,y\r\n"
)


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def lines(*rows: object) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_decisions_come_in_the_files_order_with_ids_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = list(decisions(write(tmp_path, "rows.jsonl", lines(*ROWS)), alone=True))
    assert [(row["id"], row["reason"], row["neighbour"], row["score"]) for row in found] == [
        ("a", None, None, None),
        ("7", "near_duplicate", "a", 1.0),
        ("line-3", "output_missing", None, None),
    ]
    assert [json.loads(line) for line in as_json(found)] == found
    table = list(as_table(found))
    assert table[0].split() == ["id", "decision", "score", "neighbour", "detail"]
    assert table[2].split()[:4] == ["7", "near_duplicate", "1.000", "a"]
    assert table[-1] == "\n3 rows: 1 kept, 1 near_duplicate, 1 output_missing"


def test_csv_with_line_ends_of_either_kind_and_a_mark_at_its_start(tmp_path: Path) -> None:
    for text in (CSV, CSV.replace("\r\n", "\n"), "\ufeff" + CSV):
        first, second = read_tasks(write(tmp_path, "rows.CSV", text))
        assert (first["id"], second["id"], second["input"], second["output"]) == ("a", "line-4", "", "")
        assert first["instruction"].split() == ["冬に窓が結露する理由を、", "説明してください。"]


def test_json_lines_with_windows_ends_blank_lines_and_a_mark(tmp_path: Path) -> None:
    text = "\ufeff" + lines(TASK, ROWS[0]).replace("\n", "\r\n\r\n")
    assert [row["id"] for row in read_tasks(write(tmp_path, "rows.jsonl", text))] == ["line-1", "a"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.jsonl", lines(TASK, {"instruction": "x", "input": ""}), "a.jsonl:2: the field 'output' is missing; each row has"),
        ("a.jsonl", lines({"instruction": "x", "output": "y"}), "a.jsonl:1: the field 'input' is missing; each row has"),
        ("a.jsonl", lines(TASK | {"output": None}), "a.jsonl:1: output: expected a text, found NoneType"),
        ("a.jsonl", lines(TASK | {"id": True}), "a.jsonl:1: id: expected a text or a whole number, found bool"),
        ("a.jsonl", lines(TASK) + "{'a': 1}\n", "a.jsonl:2: not a JSON object"),
        ("a.jsonl", "[" + lines(TASK) + "]", "a.jsonl:1: expected JSON Lines, found a JSON array"),
        (
            "a.jsonl",
            lines(ROWS[0], ROWS[0]),
            "a.jsonl:2: duplicate id 'a' (first on line 1); give each row a different one, or leave all ids out",
        ),
        ("a.jsonl", "日本語".encode("cp932"), "a.jsonl:1: not UTF-8"),
        ("a.csv", "instruction,output\nx,y\n", "a.csv:1: no column 'input'; the first line must list the columns"),
        ("a.csv", "instruction;input;output\nx;;y\n", "a.csv:1: no column 'instruction'; the first line must list the columns"),
        ("a.csv", "instruction,input,output\nx,y\n", "a.csv:2: 2 fields, but the first line has 3 columns"),
        (
            "a.csv",
            'instruction,input,output\nx,,"y\nz\n',
            "a.csv:2: not CSV: unexpected end of data; is a quotation mark unclosed",
        ),
        ("a.csv", "instruction,input,output,output\n", "a.csv:1: the column 'output' appears twice"),
        ("a.csv", "", "a.csv:1: the file is empty; expected a first line with the columns"),
        ("a.csv", b"instruction,input,output\nx,,\xff\n", "a.csv:2: not UTF-8 (invalid start byte); save the file as UTF-8"),
        ("a.csv", "id,instruction,input,output\na,x,,y\na,x,,y\n", "a.csv:3: duplicate id 'a' (first on line 2)"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path: Path, name: str, text: str | bytes, message: str) -> None:
    with pytest.raises(UserError) as error:
        read_tasks(write(tmp_path, name, text))
    assert str(error.value).startswith(f"{tmp_path}/{message}")
    assert "\n" not in str(error.value)


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"not a file; expected JSON Lines \(\.jsonl\) or CSV \(\.csv\)"):
        read_tasks(tmp_path)
    with pytest.raises(UserError, match=r"rows\.jsonl: no such file$"):
        read_tasks(tmp_path / "rows.jsonl")
