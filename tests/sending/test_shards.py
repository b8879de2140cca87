"""Shards of batch lines, and answers that come out of order, in part, twice, with errors, and from elsewhere."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from seedbed.exchange.requests import Request
from seedbed.sending.shards import MANIFEST, Imported, import_shards, report, write_shards
from seedbed.store.store import Store
from seedbed.util.errors import UserError
from tests.harness import completion

STAGE = "answer@good"


def request(number: int, endpoint: str = "there", **more: Any) -> Request:
    """Return one of some requests."""
    messages = [{"role": "user", "content": f"問い {number}"}]
    content = {"endpoint": endpoint, "model": "m", "messages": messages, "params": {"max_tokens": 9}, "reply": None}
    return Request(f"q{number}", content | {"sample": 0, "slot": None, "attempt": 1} | more)


def answered(line: dict[str, Any], text: str = "はい。") -> dict[str, Any]:
    """Return the answer to a line of a shard."""
    response = {"status_code": 200, "request_id": "r", "body": json.loads(completion(text))}
    return {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def export(folder: Path, count: int = 10, shards: int | None = 3) -> list[Path]:
    return write_shards(folder, [(STAGE, request(number)) for number in range(count)], {}, shards)


def taken(store: Path, folder: Path) -> Imported:
    with Store(store) as opened:
        return import_shards(opened, folder)


def test_shards_hold_each_request_once_as_it_goes_over_the_wire(tmp_path: Path) -> None:
    shards = export(tmp_path / "out")
    assert [len(lines(shard)) for shard in shards] == [3, 3, 4]
    rows = [row for shard in shards for row in lines(shard)]
    assert [row["custom_id"] for row in rows] == [request(number).key for number in range(10)]
    assert rows[0] | {"custom_id": ""} == {
        "custom_id": "",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "m", "messages": [{"role": "user", "content": "問い 0"}], "max_tokens": 9},
    }
    assert len(lines(tmp_path / "out" / MANIFEST)) == 10
    with pytest.raises(UserError, match="this folder is not empty; choose an empty or new folder"):
        export(tmp_path / "out")


def test_no_program_ends_a_line_within_a_request(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "一\u2028二\x85三"}]
    (shard,) = write_shards(tmp_path / "out", [(STAGE, request(0, messages=messages))], {})
    (line,) = shard.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["body"]["messages"] == messages


def test_a_shard_is_of_one_model_and_one_kind(tmp_path: Path) -> None:
    asked = [(STAGE, request(0)), (STAGE, request(0, "other"))]
    embedding = ("embed@native", request(0, reply={"structured": "embedding"}, params={}))
    shards = write_shards(tmp_path / "out", [*asked, embedding], {"other": {"output_limit": "max_completion_tokens"}})
    assert [shard.name for shard in shards] == ["there-1-00000.jsonl", "other-2-00000.jsonl", "there-3-00000.jsonl"]
    assert lines(shards[1])[0]["body"]["max_completion_tokens"] == 9
    assert lines(shards[2])[0]["url"] == "/v1/embeddings"
    assert lines(shards[2])[0]["body"] == {"model": "m", "input": "問い 0"}


def test_as_few_shards_as_a_batch_api_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seedbed.sending.shards.MAX_REQUESTS", 4)
    assert [len(lines(shard)) for shard in export(tmp_path / "out", shards=None)] == [4, 4, 2]


def test_answers_come_out_of_order_in_part_and_twice(tmp_path: Path) -> None:
    folder, store = tmp_path / "out", tmp_path / "store.sqlite"
    rows = [answered(row, f"答え {row['custom_id'][:6]}") for shard in export(folder) for row in lines(shard)]
    random.Random(1).shuffle(rows)
    write(folder / "answers" / "one.jsonl", rows[:4])
    first = taken(store, folder)
    assert (first.new, first.known, first.open, first.strange) == (4, 0, 6, {})
    write(folder / "answers" / "two.jsonl", rows[2:])
    second = taken(store, folder)
    assert (second.new, second.known, second.open, second.files) == (6, 6, 0, 2)
    with Store(store, read_only=True) as opened:
        held = {(stage, key): response["text"] for stage, key, _, response in opened.exchanges()}
    assert held == {(STAGE, request(n).key): f"答え {request(n).key[:6]}" for n in range(10)}


@pytest.mark.parametrize("error_first", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_an_answer_counts_before_an_error_whichever_comes_first(tmp_path: Path, error_first: bool, together: bool) -> None:
    """An engine that asks again what failed writes both, and a program of one's own may have failed on it by itself."""
    folder, store = tmp_path / "out", tmp_path / "store.sqlite"
    asked = [row for shard in export(folder, 2) for row in lines(shard)]
    failed = {"custom_id": asked[0]["custom_id"], "response": {"status_code": 400, "body": None}, "error": {"code": 400}}
    rows = [failed, answered(asked[0], "答え")]
    for number, row in enumerate(rows if error_first else reversed(rows)):
        write(folder / f"{number}.jsonl", [row])
        if not together:
            taken(store, folder)
    write(folder / "other.jsonl", [failed | {"custom_id": asked[1]["custom_id"]}])
    for _ in range(2):
        taken(store, folder)
    with Store(store, read_only=True) as opened:
        found = opened.get([row["custom_id"] for row in asked])
    assert (found[asked[0]["custom_id"]]["text"], "error" in found[asked[1]["custom_id"]]) == ("答え", True)
    write(folder / "late.jsonl", [answered(asked[0], "another")])
    assert taken(store, folder).new == 0


def test_an_answer_takes_the_place_of_what_is_damaged(tmp_path: Path) -> None:
    folder, store = tmp_path / "out", tmp_path / "store.sqlite"
    asked = [row for shard in export(folder, 2) for row in lines(shard)]
    write(folder / "a.jsonl", [answered(row) for row in asked])
    taken(store, folder)
    with Store(store) as opened:
        opened.change("update responses set response = '{\"text' where key = ?", (asked[0]["custom_id"],))
    write(folder / "a.jsonl", [answered(row, "答え") for row in asked])
    assert (taken(store, folder).new, taken(store, folder).new) == (1, 0)
    with Store(store, read_only=True) as opened:
        assert opened.get([asked[0]["custom_id"]])[asked[0]["custom_id"]]["text"] == "答え"


def test_what_does_not_belong_is_named_and_nothing_else_is_lost(tmp_path: Path) -> None:
    """Another build's answer, half a line, a stranger's file; errors of one request, of the moment and of the endpoint."""
    folder, store = tmp_path / "out", tmp_path / "store.sqlite"
    asked = [row for shard in export(folder) for row in lines(shard)]

    def error(row: dict[str, Any], status: int, **more: Any) -> dict[str, Any]:
        return answered(row) | {"response": {"status_code": status, "body": None}} | more

    write(
        folder / "a.jsonl",
        [
            answered(asked[0]),
            answered({"custom_id": request(99).key}),
            error(asked[1], 400, error={"error": {"message": "maximum context length is 9", "code": 400}}),
            error(asked[2], 503),
            error(asked[3], 404, error={"error": {"message": "no model 'm'", "code": 404}}),
            {"custom_id": asked[4]["custom_id"], "response": None, "error": {"code": "batch_expired", "message": "late"}},
            {"question": "?"},
            {"custom_id": asked[5]["custom_id"]},
        ],
    )
    with (folder / "a.jsonl").open("ab") as file:
        file.write(b'\n\xff\xfe\n{"custom_id": "' + asked[6]["custom_id"].encode())
    imported = taken(store, folder)
    assert (imported.new, imported.again, imported.left_out, imported.open) == (2, 3, 5, 8)
    assert list(report(imported)) == [
        "2 new responses from 1 file, 3 temporary errors; 8 requests have no response yet",
        "the engine rejects something that every request contains: no model 'm'",
        f"a.jsonl:2: an answer to an unknown request, which has the key {request(99).key[:12]}",
        "a.jsonl:7: not a line of a batch: custom_id is missing",
        "a.jsonl:8: neither a response nor an error",
        "a.jsonl:10: not JSON, or a truncated line; the same in 1 more line",
    ]
    with Store(store, read_only=True) as opened:
        (failed,) = opened.get([asked[1]["custom_id"]]).values()
    assert failed["error"]["kind"] == "too_long"


def test_a_changed_request_is_refused_before_anything_is_committed(tmp_path: Path) -> None:
    folder, store = tmp_path / "out", tmp_path / "store.sqlite"
    write(folder / "a.jsonl", [answered(row) for shard in export(folder) for row in lines(shard)])
    rows = lines(folder / MANIFEST)
    rows[7]["request"]["messages"][0]["content"] = "別の問い"
    write(folder / MANIFEST, rows)
    with pytest.raises(UserError, match=r"requests\.jsonl:8: this line is not a request with its key"):
        taken(store, folder)
    with Store(store, read_only=True) as opened:
        assert not list(opened.exchanges())


def test_a_folder_without_its_requests_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "out" / "a.jsonl", [answered({"custom_id": "k"})])
    with pytest.raises(UserError, match=r"requests\.jsonl is missing, which lists the requests"):
        taken(tmp_path / "store.sqlite", tmp_path / "out")


def test_a_file_that_is_no_plain_text_is_read_or_named_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte order mark, CRLF, UTF-16 and gzip are read; a long line, what is binary, and other names are told."""
    monkeypatch.setattr("seedbed.sending.shards._LONGEST", 2**20)
    folder, store = tmp_path / "out", tmp_path / "store.sqlite"
    good = [json.dumps(answered(row), ensure_ascii=False) for shard in export(folder, 12) for row in lines(shard)]
    odd = [json.dumps(answered(json.loads(line), "\ud800 \0")) for line in good[8:9]]
    files = {
        "bom.jsonl": ("\ufeff" + good[0]).encode(),
        "crlf.jsonl": f"{good[1]}\r\n{good[2]}\r\n".encode(),
        "utf16.jsonl": good[3].encode("utf-16"),
        "packed.jsonl.gz": gzip.compress(good[4].encode()),
        "nan.jsonl": good[5].replace('"total_tokens": 15', '"total_tokens": NaN').encode(),
        "long.jsonl": f"{good[6]}\n{'x' * 2**21}\n{good[7]}".encode(),
        "surrogate.jsonl": odd[0].encode(),
        "binary.jsonl": b"\0\1\2",
        "cut.jsonl.gz": gzip.compress(good[9].encode())[:-9],
        "table.jsonl": b"PAR1",
        "answers.jsonl.part": good[10].encode(),
        "garbage.jsonl": b"hello\n" * 30,
        "errors.jsonl": b"",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    imported = taken(store, folder)
    assert (imported.new, imported.files, imported.open) == (9, 11, 3)
    assert list(report(imported))[1:] == [
        "binary.jsonl: not a text file (it contains a zero byte), or UTF-16 without a byte order mark; save it as UTF-8",
        "cut.jsonl.gz: the gzip file is truncated or damaged (Compressed file ended before the end-of-stream marker was "
        "reached); "
        "download it again",
        "garbage.jsonl:1: not JSON, or a truncated line; the same in 29 more lines",
        "long.jsonl:2: a line of more than 1 MB",
        "table.jsonl: a parquet file; expected JSON Lines",
        "ignored, since answers must be in files named *.jsonl or *.jsonl.gz: answers.jsonl.part",
    ]
