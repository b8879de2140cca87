"""A server with the Batch API, on a local socket, that can lose what it was given."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.harness import completion, reply_to

CUT = (200, None)
"""The fault of an answer that ends too early."""


@dataclass
class BatchServer:
    """What the server has, and how it behaves.

    Attributes:
        url: its base URL.
        files: by id; those that it was given, and those with what batches brought.
        batches: by id.
        sent: the keys of each batch that was ever made, in order.
        single: how many single requests came.
        broken: whether it answers with 500 to whoever asks for a batch.
        fault: what is said in the place of an answer to (method, path), as its status and its content; the work is done all the
            same. Status 0 breaks the line; without content it is the answer itself, which `CUT` cuts.
        held: whether batches stay under way.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[list[str]] = field(default_factory=list)
    single: int = 0
    broken: bool = False
    fault: Callable[[str, str], tuple[int, bytes | None] | None] = lambda method, path: None
    held: bool = False

    def post(self, path: str, content: bytes) -> Any:
        if path.endswith("/chat/completions"):
            self.single += 1
            return completion(reply_to(json.loads(content)))
        if path.endswith("/files"):
            lines = re.findall(rb'^\{"body".*\}$', content.replace(b"\r", b""), re.MULTILINE)
            id = f"file-{len(self.files) + 1}"
            self.files[id] = b"\n".join(lines)
            return {"id": id, "object": "file", "bytes": 1, "created_at": 0, "filename": "f", "purpose": "batch"}
        asked = json.loads(content)
        id = f"batch_{len(self.sent) + 1}"
        rows = [json.loads(line) for line in self.files[asked["input_file_id"]].splitlines()]
        self.sent.append([row["custom_id"] for row in rows])
        output = [
            {
                "custom_id": row["custom_id"],
                "response": {"status_code": 200, "body": json.loads(completion(reply_to(row["body"])))},
            }
            for row in rows
        ]
        self.files[f"{id}-output"] = "\n".join(map(json.dumps, output)).encode()
        self.batches[id] = {"id": id, "object": "batch", "created_at": 0, "output_file_id": f"{id}-output"} | asked
        return self.state(id)

    def get(self, path: str) -> Any:
        """Return what a path names; None where there is nothing."""
        if path.endswith("/content"):
            return self.files.get(path.split("/")[-2])
        if "/batches/" in path:
            return self.state(path.rsplit("/", 1)[-1])
        return {"object": "list", "has_more": False, "data": [self.state(id) for id in self.batches]}

    def state(self, id: str) -> Any:
        return self.batches[id] | {"status": "in_progress" if self.held else "completed"} if id in self.batches else None


@contextmanager
def serve_batches() -> Iterator[BatchServer]:
    """Run a server."""
    made = BatchServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.say("POST", made.post(self.path, self.rfile.read(int(self.headers["content-length"]))))

        def do_GET(self) -> None:
            self.say("GET", made.get(self.path.partition("?")[0]), made.broken and "/batches/" in self.path)

        def say(self, method: str, found: Any, broken: bool = False) -> None:
            status = 500 if broken else 200 if found is not None else 404
            content = found if isinstance(found, bytes) else json.dumps(found if status == 200 else {"error": {}}).encode()
            fault = made.fault(method, self.path.partition("?")[0])
            if fault:
                status, said = fault
                content = content if said is None else said
                self.close_connection = True
            if status:
                self.send_response(status)
                self.send_header("content-type", "text/html" if content.startswith(b"<") else "application/json")
                self.send_header("content-length", str(len(content) + 9 * (fault == CUT)))
                self.end_headers()
                self.wfile.write(content[:-1] if fault == CUT else content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    made.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    http.shutdown()
    http.server_close()
    thread.join()
