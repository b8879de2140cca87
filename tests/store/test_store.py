"""The store: files that cannot be one are refused in a sentence, and a full disk loses nothing."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedbed.exchange.requests import Request
from seedbed.store.claims import batches
from seedbed.store.store import Store
from seedbed.store.tools import builds, export_to, import_from, summary, verify
from seedbed.util.errors import UserError
from tests.harness import ROOT, git


def request(number: int) -> Request:
    return Request(str(number), {"attempt": 1, "number": number, "text": "x" * 3000})


def response(text: str, usage: dict[str, int] | None = None) -> dict[str, Any]:
    return {"text": text, "refusal": None, "finish_reason": "stop", "model": "m", "usage": usage}


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("pragma user_version = 99")
    database.close()


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.write_bytes(b"not a database at all " * 100), "this file is not a store"),
        (lambda path: path.mkdir(), "the store is a file, this is a folder"),
        (newer, "written by a newer Seedbed"),
    ],
)
def test_a_store_that_cannot_be_used(tmp_path: Path, spoil: Callable[[Path], None], message: str, read_only: bool) -> None:
    path = tmp_path / "store.sqlite"
    spoil(path)
    with pytest.raises(UserError, match=message):
        Store(path, read_only)


def test_a_store_that_git_tracks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    with Store(Path("kept.sqlite")):
        pass
    git(tmp_path, "add", "-f", "kept.sqlite")
    with pytest.raises(UserError, match=r"git tracks the store.*git rm --cached kept\.sqlite"):
        Store(Path("kept.sqlite"))


def test_a_store_that_is_not_there_is_read_as_an_empty_one(tmp_path: Path) -> None:
    with Store(tmp_path / "none" / "store.sqlite", read_only=True) as store:
        assert store.get([request(1).key]) == {}
    assert not (tmp_path / "none").exists()


def test_the_first_response_to_a_key_is_kept(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        for text in ("first", "second"):
            store.put("s", request(1), response(text))
    with Store(tmp_path / "store.sqlite", read_only=True) as store:
        assert store.get([request(1).key]) == {request(1).key: response("first")}


@pytest.mark.skipif(os.name == "nt", reason="needs a small file system")
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """SQLite itself refuses a page too many, as it does where the disk is full."""
    with Store(tmp_path / "store.sqlite") as store:
        pages = store.rows("pragma page_count")[0][0]
        store.rows(f"pragma max_page_count = {pages + 20}")

        def fill() -> None:
            for number in range(1000):
                store.put("s", request(number), response(str(number)))

        with pytest.raises(UserError, match="the disk is full"):
            fill()
        kept = store.rows("select count(*) from responses")[0][0]
    assert kept > 3
    with Store(tmp_path / "store.sqlite") as store:
        assert len(store.get(request(number).key for number in range(1000))) == kept


def old_store(path: Path, version: int) -> None:
    """Write a store as an older Seedbed left it, whose one generation had no name: a response, a batch, a build."""
    with Store(path) as store:
        usage = {"input": 30, "cached_input": 0, "output": 7}
        store.put("generate", Request("s0", {"model": "m", "messages": [], "attempt": 1}), response("x", usage))
        store.put("judge@a-vs-b", request(2), response("y"))
        store.change("insert into batches (id, endpoint, stage) values ('batch_1', 'paid', 'generate')")
        store.change("insert into batches (id, endpoint, stage) values ('batch_2', 'paid', 'judge@a-vs-b')")
        store.log_estimate("17", "generate", "m", 5, 0.5)
    with sqlite3.connect(path) as database:
        for table in ("claims", "projects"):
            database.execute(f"drop table {table}")
        for name in ("owner", "sent", "requests"):
            database.execute(f"alter table batches drop column {name}")
        database.execute(f"pragma user_version = {version}")
    database.close()


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("read_only", [False, True])
def test_what_the_one_generation_of_an_older_store_paid_for_is_natives(tmp_path: Path, version: int, read_only: bool) -> None:
    """A batch that is on its way is picked up, and token counts are estimated by what was seen."""
    path = tmp_path / "store.sqlite"
    old_store(path, version)
    with Store(path, read_only) as store:
        waited_for = [(batch.id, batch.stage, batch.requests, batch.open) for batch in batches(store, "not read")]
        assert waited_for == [("batch_1", "generate@native", None, 0), ("batch_2", "judge@a-vs-b", None, 0)]
        assert list(store.seen(["generate@native"])) == [("generate@native", "m", "[]", 30, 7)]
        assert store.rows("select stage, estimated_requests from sent") == [("generate@native", 5)]
        assert store.rows("select stage from responses order by stage") == [("generate@native",), ("judge@a-vs-b",)]


def test_what_an_older_transcript_holds_is_natives(tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        assert store.warm("md5", "generate", [(request(1), response("x"))]) == 1
        assert store.rows("select stage from responses") == [("generate@native",)]


def test_a_model_that_is_named_like_markup_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "[red]x[/red]\x1b[31m"
    content = {"attempt": 1, "model": name, "messages": []}
    with Store(tmp_path / "store.sqlite") as store:
        store.log_estimate("17-1", "answer@good", name, 1, 0.0)
        store.put("answer@good", Request("a", content), response("x", {"input": 1, "cached_input": 0, "output": 1}))
        for show in (summary, builds):
            show(store)
            shown = capsys.readouterr().out
            assert "[red]x[/red]<U+001B>[31m" in shown
            assert "\x1b" not in shown


def test_a_narrow_terminal_cuts_nothing_of_a_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    with Store(tmp_path / "store.sqlite") as store:
        store.log_estimate("17-1", "translate@seed_tasks", "some-model", 1234567, 0.0)
        builds(store)
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert all(part in shown for part in ("transl", "ate@se", "ed_tas"))


DAMAGED = {
    "cut": '{"text":"half',
    "empty": "{}",
    "no object": "[]",
    "nothing": "",
    "a number beyond range": json.dumps(response("x", {"input": 1, "cached_input": 0, "output": 5})).replace("5", "1e400"),
    "a negative number": json.dumps(response("x", {"input": -5, "cached_input": 0, "output": 5})),
    "nested": "[" * 100_000,
    "no text": json.dumps(response("x") | {"text": 7}),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_row_is_a_miss_that_is_named_and_replaced(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "store.sqlite"
    keys = [request(number).key for number in range(3)]
    with Store(path) as store:
        for number in range(3):
            store.put("answer@good", request(number), response(str(number)))
        store.change("update responses set response = ? where key = ?", (DAMAGED[kind], keys[1]))
    for _ in range(2):
        with Store(path, read_only=True) as store:
            assert sorted(store.get(keys)) == sorted([keys[0], keys[2]])
            assert sorted(store.get(keys)) == sorted([keys[0], keys[2]])
            summary(store)
            list(store.seen(["answer@good"]))
            assert "2 responses exported" in export_to(store, tmp_path / "export.jsonl")
            assert "1 damaged ones left out" in export_to(store, tmp_path / "export.jsonl")
            with pytest.raises(UserError, match=rf"1 response damaged: answer@good {keys[1][:12]} \(its response is none\)"):
                verify(store)
        assert capsys.readouterr().err.count(f"the response to request {keys[1][:12]}") == 1
    with Store(path) as store:
        assert keys[1] not in store.get(keys)
        assert f"damaged, so treated as missing: the response to request {keys[1][:12]}; dropped" in capsys.readouterr().err
        store.put("answer@good", request(1), response("new"))
        assert store.get(keys)[keys[1]] == response("new")
        assert verify(store) == "3 responses, every key matches its request, the database is intact"


def test_a_row_whose_request_is_anothers_is_dropped_by_a_repair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store(tmp_path / "store.sqlite") as store:
        for number in range(3):
            store.put("s", request(number), response(str(number)))
        store.change("update responses set request = '{\"attempt\":2}' where key = ?", (request(1).key,))
        with pytest.raises(UserError, match="its request is another's"):
            verify(store)
        assert "1 damaged response dropped" in verify(store, repair=True)
        assert verify(store).startswith("2 responses, every key matches its request")


def test_two_that_open_a_new_store_at_the_same_moment_both_do(tmp_path: Path) -> None:
    opening = (
        "import sys, time; from pathlib import Path; from seedbed.store.store import Store\n"
        "print(flush=True); sys.stdin.readline()\n"
        "for number in range(20):\n    with Store(Path(f'{number}.sqlite')) as store:\n        store.remember_read(sys.argv[1])"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", opening, str(number)],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for each in running:
        assert each.stdout
        each.stdout.readline()
    for each in running:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()
    assert [(each.communicate()[1], each.returncode) for each in running] == [("", 0)] * 3
    for number in range(20):
        with Store(tmp_path / f"{number}.sqlite", read_only=True) as store:
            assert store.rows("select count(*) from transcripts") == [(3,)]


def test_an_import_that_meets_a_damaged_line_keeps_what_is_before_it(tmp_path: Path) -> None:
    with Store(tmp_path / "one.sqlite") as store:
        whole: dict[str, Any] = {
            "endpoint": "e",
            "model": "m",
            "messages": [],
            "params": {},
            "reply": None,
            "sample": 0,
            "slot": None,
        }
        for number in range(1, 4):
            store.put("s", Request("", whole | {"attempt": number}), response(str(number)))
        export_to(store, tmp_path / "export.jsonl")
    lines = (tmp_path / "export.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "damaged.jsonl").write_text(
        "".join([*lines[:2], lines[2].replace('"sample":0', '"sample":1')]), encoding="utf-8"
    )
    with Store(tmp_path / "two.sqlite") as store:
        with pytest.raises(UserError, match=r"damaged.jsonl:3: the key .* the lines before this one were imported"):
            import_from(store, tmp_path / "damaged.jsonl")
        assert import_from(store, tmp_path / "export.jsonl") == 1
        assert import_from(store, tmp_path / "export.jsonl") == 0
