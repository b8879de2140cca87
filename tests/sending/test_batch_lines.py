"""Lines of a batch's two files: each is read as the same reply would be outside of a batch."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from seedbed.util.errors import UserError
from tests.harness import completion, reply_to
from tests.sending.conftest import Ask

Outcome = tuple[int, Any]
"""Status and body of one line's response."""


class Batches:
    """A server with a Batch API whose batches end at once; `outcome` says what becomes of a line, `more` are other lines."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.batches: list[dict[str, Any]] = []
        self.outcome: Callable[[dict[str, Any]], Outcome | None] = lambda body: None
        self.more: list[str] = []
        self.url = ""

    def upload(self, content: bytes) -> dict[str, Any]:
        lines = [line for line in content.decode().splitlines() if line.startswith('{"body"')]
        self.files.append("\n".join(lines))
        return {"id": f"file-{len(self.files) - 1}", "object": "file"}

    def create(self, input_id: str) -> dict[str, Any]:
        good = list(self.more)
        bad: list[str] = []
        for row in map(json.loads, self.files[int(input_id.removeprefix("file-"))].splitlines()):
            status, body = self.outcome(row["body"]) or (200, json.loads(completion(reply_to(row["body"]))))
            line = {"custom_id": row["custom_id"], "response": {"status_code": status, "body": body}, "error": None}
            (good if status == 200 else bad).append(json.dumps(line))
        ids = {}
        for name, lines in (("output_file_id", good), ("error_file_id", bad)):
            if lines:
                self.files.append("\n".join(lines))
                ids[name] = f"file-{len(self.files) - 1}"
        made = {"id": f"batch_{len(self.batches)}", "object": "batch", "status": "completed", **ids}
        self.batches.append(made)
        return made


@pytest.fixture
def batches() -> Iterator[Batches]:
    """A running server with a Batch API."""
    state = Batches()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            self.reply(state.upload(content) if "files" in self.path else state.create(json.loads(content)["input_file_id"]))

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/").split("/")
            if path[1] == "files":
                self.reply(state.files[int(path[2].removeprefix("file-"))])
            elif len(path) == 3:
                self.reply(state.batches[int(path[2].removeprefix("batch_"))])
            else:
                self.reply({"object": "list", "data": [], "has_more": False})

        def reply(self, value: Any) -> None:
            content = (value if isinstance(value, str) else json.dumps(value)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def error(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "type": "invalid_request_error"}}


def of_row_b(body: dict[str, Any]) -> bool:
    return '{"text":"b"}' in body["messages"][1]["content"]


LINES: dict[str, tuple[Outcome, str, str, int]] = {
    "overlong": ((400, error("maximum context length", "context_length_exceeded")), "too_long", "maximum context", 1),
    "filtered": ((400, error("your prompt was flagged", "content_policy_violation")), "filtered", "flagged", 1),
    "error object": ((200, {"error": {"message": "overloaded, sorry"}}), "error", "overloaded, sorry", 3),
    "no choice": ((200, {"model": "m", "choices": []}), "no_choice", "no choice", 3),
    "no completion": ((200, "a page"), "not_a_completion", "not a chat completion", 3),
    "prose": ((200, json.loads(completion("no JSON"))), "not_json", "no JSON object", 3),
}


@pytest.mark.parametrize("kind", LINES)
def test_a_line_that_failed_fails_its_row_and_is_not_sent_again(ask: Ask, batches: Batches, kind: str) -> None:
    outcome, reason, words, attempts = LINES[kind]
    batches.outcome = lambda body: outcome if of_row_b(body) else None
    settings = {"base_url": batches.url, "mode": "batch", "poll_s": 0.01}
    results = ask(blocks={"translate": {"max_failed": 0.5}}, **settings)
    assert [result.failure is None for result in results] == [True, False, True]
    failure = results[1].failure
    assert failure
    assert failure["reason"] == reason
    assert words in failure["detail"]
    assert len(batches.batches) == attempts
    ask(blocks={"translate": {"max_failed": 0.5}}, **settings)
    assert len(batches.batches) == attempts


def test_lines_that_answer_nothing_are_passed_over(ask: Ask, batches: Batches) -> None:
    batches.more = ["[" * 100_000, "[]", '{"custom_id": [], "response": {"status_code": 200, "body": {}}}']
    results = ask(base_url=batches.url, mode="batch", poll_s=0.01)
    assert all(result.failure is None for result in results)
    assert len(batches.batches) == 1


def test_no_further_batch_is_sent_where_too_many_rows_failed(ask: Ask, batches: Batches) -> None:
    """One row failed for good, which is one too many; another would be asked again."""
    unusable = 200, json.loads(completion("no JSON"))
    batches.outcome = lambda body: LINES["overlong"][0] if of_row_b(body) else unusable
    with pytest.raises(UserError, match="1 of 3 rows have no usable reply, more than max_failed = 0 allows"):
        ask(blocks={"translate": {"max_failed": 0}}, base_url=batches.url, mode="batch", poll_s=0.01)
    assert len(batches.batches) == 1


def test_a_line_that_may_go_through_later_is_sent_again(ask: Ask, batches: Batches) -> None:
    batches.outcome = lambda body: (500, error("try again", "server_error")) if of_row_b(body) and not batches.batches else None
    results = ask(base_url=batches.url, mode="batch", poll_s=0.01)
    assert all(result.failure is None for result in results)
    assert len(batches.batches) == 2


@pytest.mark.parametrize(
    "refusal", [(404, error("no such model", "model_not_found")), (400, error("out of credit", "insufficient_quota"))]
)
def test_what_no_line_would_escape_stops_after_one_batch(ask: Ask, batches: Batches, refusal: Outcome) -> None:
    """What else that batch brought is kept."""
    batches.outcome = lambda body: refusal if of_row_b(body) else None
    with pytest.raises(UserError, match=refusal[1]["error"]["message"]):
        ask(base_url=batches.url, mode="batch", poll_s=0.01)
    assert len(batches.batches) == 1
    batches.outcome = lambda body: None
    results = ask(base_url=batches.url, mode="batch", poll_s=0.01)
    assert all(result.failure is None for result in results)
    assert batches.files[-2].count("custom_id") == 1
