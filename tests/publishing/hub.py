"""The part of the Hugging Face Hub's HTTP interface that a data set is uploaded by, on a local socket."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hub:
    """What the server holds, and what it is to do.

    Attributes:
        url: for `HF_ENDPOINT`.
        repositories: the files of each repository, by path; a commit changes all or nothing.
        private: of each repository, whether it was made private.
        commits: how many there were.
        tokens: the tokens that requests were sent with.
        log: method and path of every request.
        refuse: what to answer a request whose path ends so: a status and a sentence.
        hold: the beginning of paths whose requests get no answer; empty for none.
        held: set when there was such a request.
    """

    url: str
    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    private: dict[str, bool] = field(default_factory=dict)
    commits: int = 0
    tokens: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    refuse: dict[str, tuple[int, str]] = field(default_factory=dict)
    hold: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    _large: dict[str, bytes] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:  # noqa: PLR0911 - one a page
        """Return a status and what to say."""
        if refused := next((said for end, said in self.refuse.items() if path.endswith(end)), None):
            return refused[0], {"error": refused[1]}
        parts = path.strip("/").split("/")
        if path == "/api/repos/create":
            said = json.loads(body)
            name = f"{said['organization']}/{said['name']}"
            if name in self.repositories:
                return 409, {"error": "You already created this dataset repo", "url": f"{self.url}/datasets/{name}"}
            self.repositories[name] = {".gitattributes": b""}
            self.private[name] = said.get("visibility") == "private" or said.get("private", False)
            return 200, {"url": f"{self.url}/datasets/{name}", "id": name}
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if method == "PUT" and parts[0] == "large":
            assert sha256(body).hexdigest() == parts[1]
            self._large[parts[1]] = body
            return 200, {}
        if path.endswith(".git/info/lfs/objects/batch"):
            objects = [
                {"oid": each["oid"], "size": each["size"]}
                | {"actions": {"upload": {"href": f"{self.url}/large/{each['oid']}", "header": {}}}}
                for each in json.loads(body)["objects"]
            ]
            return 200, {"transfer": "basic", "objects": objects}
        if parts[:2] != ["api", "datasets"] or (name := "/".join(parts[2:4])) not in self.repositories:
            return 404, {"error": "Repository not found"}
        return self._of_repository(name, parts[4:], body)

    def _of_repository(self, name: str, parts: list[str], body: bytes) -> tuple[int, Any]:
        files = self.repositories[name]
        if parts[:1] == ["tree"]:
            return 200, [{"type": "file", "path": path, "size": len(files[path]), "oid": "0"} for path in sorted(files)]
        if parts[:1] == ["preupload"]:
            asked = json.loads(body)["files"]
            return 200, {
                "files": [
                    {"path": each["path"], "uploadMode": "lfs" if each["path"].endswith(".parquet") else "regular"}
                    | {"shouldIgnore": False, "oid": None}
                    for each in asked
                ]
            }
        if parts[:1] == ["commit"]:
            new: dict[str, bytes] = {}
            for line in map(json.loads, body.splitlines()):
                value = line["value"]
                if line["key"] == "file":
                    new[value["path"]] = b64decode(value["content"])
                elif line["key"] == "lfsFile":
                    new[value["path"]] = self._large[value["oid"]]
            files |= new
            self.commits += 1
            url = f"{self.url}/datasets/{name}/commit/{self.commits:040}"
            return 200, {"commitUrl": url, "commitOid": f"{self.commits:040}", "success": True}
        return 200, {"id": name, "sha": f"{self.commits:040}", "siblings": [], "private": self.private[name]}


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """Yield a running, empty Hub."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self._body()
            path = self.path.partition("?")[0]
            hub.log.append(f"{self.command} {path}")
            if hub.hold and path.startswith(hub.hold):
                hub.held.set()
                self.close_connection = True
                return
            if "Authorization" in self.headers:
                hub.tokens.add(self.headers["Authorization"].removeprefix("Bearer "))
            status, said = hub.answer(self.command, path, body)
            data = json.dumps(said).encode()
            self.send_response(status)
            if status >= 400:
                self.send_header("X-Error-Message", said["error"])
                if said["error"] == "Repository not found":
                    self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names of http.server

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub = Hub(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()
