"""The loader of corpora: labels, ids, empty files; and what an edit is worth."""

from pathlib import Path
from typing import Any

import pytest

from seedbed.project import paths
from seedbed.project.corpora import foreign, language_of, read_corpus, status_of
from seedbed.project.params import load_params
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import Row, write_rows
from tests.harness import ROOT

PARAMS = load_params(ROOT / "params.yaml")
TASK = {"id": "a-01", "task_type": "advice", "is_classification": False, "instruction": "i", "input": "", "output": "o"}
QUESTION = {"id": "a-01", "category": "fermi", "text": "t"}


@pytest.mark.parametrize(
    ("kind", "row", "field", "value"), [("task", TASK, "task_type", "advise"), ("question", QUESTION, "category", "fermy")]
)
def test_an_unknown_type_or_category_is_refused(tmp_path: Path, kind: str, row: Row, field: str, value: str) -> None:
    path = tmp_path / "rows.jsonl"
    write_rows(path, [row | {field: value}], kind)
    with pytest.raises(UserError) as error:
        list(read_corpus(path, kind, PARAMS))
    message = str(error.value)
    assert f"row 'a-01': unknown {field} '{value}'" in message
    assert f"did you mean '{row[field]}'" in message
    assert f"add it to labels.{kind} of params.yaml" in message
    assert ", ".join(PARAMS["labels"]["task" if kind == "task" else "question"]) in message


@pytest.mark.parametrize(("kind", "row"), [("task", TASK), ("question", QUESTION)])
def test_an_id_given_twice_is_refused(tmp_path: Path, kind: str, row: Row) -> None:
    path = tmp_path / "rows.jsonl"
    write_rows(path, [row, row], kind)
    with pytest.raises(
        UserError, match=r"rows\.jsonl:2: duplicate id 'a-01' \(first on line 1\); give each row a different one"
    ):
        list(read_corpus(path, kind, PARAMS))


@pytest.mark.parametrize("code", ["German", "DE", "", 1])
@pytest.mark.parametrize(("kind", "row"), [("task", TASK), ("question", QUESTION)])
def test_a_language_that_is_no_code_is_refused(tmp_path: Path, kind: str, row: Row, code: Any) -> None:
    path = tmp_path / "rows.jsonl"
    write_rows(path, [row, row | {"id": "a-02", "language": code}], None)
    with pytest.raises(UserError) as error:
        list(read_corpus(path, kind, PARAMS))
    message = str(error.value)
    assert message.startswith(f"{path}:2: field language: ")
    assert "ISO 639 code of the row's language; absent if it is the language of the corpus" in message


def test_a_row_is_in_its_own_language_or_in_its_corpuss() -> None:
    corpus: Any = {"source": "rows.jsonl", "language": "en", "kind": "task"}
    rows: Any = [TASK, TASK | {"language": "ja"}, TASK | {"language": "de"}, TASK | {"language": "en"}]
    assert [language_of(row, corpus) for row in rows] == ["en", "ja", "de", "en"]
    params: Any = PARAMS | {"language": "ja"}
    assert foreign(rows, corpus, params) == [rows[0], rows[2], rows[3]]
    assert foreign(rows, corpus | {"language": "ja"}, params) == rows[2:]
    assert foreign([rows[1]], corpus, params) == []


@pytest.mark.parametrize("kind", ["task", "question"])
def test_a_file_without_rows_is_refused_unless_it_is_the_one_that_is_meant_to_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    paths.DATA.mkdir()
    for path in (paths.EMPTY, Path("rows.jsonl")):
        path.write_text("\n")
    assert list(read_corpus(paths.EMPTY, kind, PARAMS)) == []
    with pytest.raises(UserError, match=r"rows\.jsonl: no rows; write at least one"):
        list(read_corpus(Path("rows.jsonl"), kind, PARAMS))


def test_the_loader_takes_the_bundled_corpora() -> None:
    for name, settings in PARAMS["corpora"].items():
        rows = list(read_corpus(ROOT / settings["source"], settings["kind"], PARAMS))
        assert len(rows) == len((ROOT / settings["source"]).read_text(encoding="utf-8").splitlines()), name


ROW: Any = {"source": {"text": "s"}, "translation": {"text": "m"}, "made_by": {"endpoint": "e", "model": "m"}}
HASHES = {"source_hash": content_hash({"text": "s"}), "machine_hash": content_hash({"text": "m"})}


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        (None, "unreviewed"),
        ({"decision": "edited"}, "edited"),
        ({"decision": "approved"}, "approved"),
        ({"decision": "edited", "machine_hash": "0" * 64}, "outdated"),
        ({"decision": "approved", "machine_hash": "0" * 64}, "stale"),
        ({"decision": "edited", "source_hash": "0" * 64}, "stale"),
    ],
)
def test_what_an_edit_is_worth(edit: Any, status: str) -> None:
    assert status_of(ROW, edit and HASHES | edit) == status
    assert status_of(ROW | {"made_by": None}, edit and HASHES | edit) == "original"
