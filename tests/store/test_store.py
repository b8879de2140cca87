"""The store: files that cannot be one are refused in a sentence, and a full disk loses nothing."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from seedbed.exchange.requests import Request
from seedbed.store.claims import batches
from seedbed.store.store import Store
from seedbed.util.errors import UserError
from tests.harness import git


def request(number: int) -> Request:
    return Request(str(number), {"attempt": 1, "number": number, "text": "x" * 3000})


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
            store.put("s", request(1), {"text": text, "usage": None})
    with Store(tmp_path / "store.sqlite", read_only=True) as store:
        assert store.get([request(1).key]) == {request(1).key: {"text": "first", "usage": None}}


@pytest.mark.skipif(os.name == "nt", reason="needs a small file system")
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """SQLite itself refuses a page too many, as it does where the disk is full."""
    with Store(tmp_path / "store.sqlite") as store:
        pages = store.rows("pragma page_count")[0][0]
        store.rows(f"pragma max_page_count = {pages + 20}")

        def fill() -> None:
            for number in range(1000):
                store.put("s", request(number), {"text": str(number), "usage": None})

        with pytest.raises(UserError, match="the disk is full"):
            fill()
        kept = store.rows("select count(*) from responses")[0][0]
    assert kept > 3
    with Store(tmp_path / "store.sqlite") as store:
        assert len(store.get(request(number).key for number in range(1000))) == kept


def old_store(path: Path, version: int) -> None:
    """Write a store as an older Seedbed left it, whose one generation had no name: a response, a batch, a build."""
    with Store(path) as store:
        usage = {"input": 30, "output": 7}
        store.put("generate", Request("s0", {"model": "m", "messages": [], "attempt": 1}), {"text": "x", "usage": usage})
        store.put("judge@a-vs-b", request(2), {"text": "y", "usage": None})
        store.change("insert into batches (id, endpoint, stage) values ('batch_1', 'paid', 'generate')")
        store.change("insert into batches (id, endpoint, stage) values ('batch_2', 'paid', 'judge@a-vs-b')")
        store.log_estimate("17", "generate", "m", 5, 0.5)
    with sqlite3.connect(path) as database:
        database.execute("drop table claims")
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
        assert store.warm("md5", "generate", [(request(1), {"text": "x", "usage": None})]) == 1
        assert store.rows("select stage from responses") == [("generate@native",)]
