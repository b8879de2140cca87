"""A project to build in, and a server to count at: both real, both small."""

import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from filelock import FileLock
from ruamel.yaml import YAML

from seedbed.project.prompts import blocks_of
from tests.forks import Forks

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (".ci", ".dvc", "data", "plugins", "prompts", "queries", "reports", "schemas", "stages")
"""The folders of a project; the library is where it is installed."""
FORKS = Forks()

NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
"""For processes that cannot write whole files: Python keeps a cut bytecode file, and imports of others then fail on it."""

Answer = tuple[int, dict[str, str], bytes | Iterator[bytes]]
"""Status, headers and body, whole or in parts that take their time; status 0 breaks the line."""


@dataclass
class Server:
    """An OpenAI-compatible server of the tests' own, on a local socket, which logs every request."""

    url: str
    log: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    fault: Callable[[dict[str, Any], int], Answer | None] = lambda body, number: None
    models: list[dict[str, Any]] = field(default_factory=list)
    """What `/v1/models` lists; where empty, the server has no such page."""
    props: dict[str, Any] = field(default_factory=dict)
    """llama.cpp's page `/props`; where empty, the server has none."""

    def take(self) -> list[str]:
        """Return the kinds of the requests logged since the last call, and forget them."""
        kinds = [kind_of(body) for body in self.log]
        self.log.clear()
        return kinds


def kind_of(body: dict[str, Any]) -> str:
    """Return the reply schema that a request asks for, `embedding` or `answer`."""
    if "input" in body:
        return "embedding"
    return str(body.get("response_format", {}).get("json_schema", {}).get("name", "answer"))


def asked_in(body: dict[str, Any]) -> str:
    """Return what a request asks, whatever is said after it of an unusable reply."""
    return str(next(message["content"] for message in body["messages"] if message["role"] == "user"))


def reply_to(body: dict[str, Any]) -> str:
    """Return a reply that is a function of the request."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    text = asked_in(body)
    match kind_of(body):
        case "translated_task" | "translated_question" | "translated_conversation":
            source = json.loads(blocks_of(text)["source"])
            return json.dumps({name: value and f"訳された文です。{digest[:6]} {value[:60]}" for name, value in source.items()})
        case "instructions" | "tasks" as kind:
            chance = random.Random(digest)
            written = [
                "".join(
                    chance.choices(
                        "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめも", k=chance.choice([4, 30, 30])
                    )
                )
                for _ in range(2)
            ]
            return json.dumps(
                {
                    "instructions": [
                        {"task_type": "open_qa", "instruction": w, "input": ""}
                        | ({"output": "答えです。"} if kind == "instructions" else {})
                        for w in written
                    ]
                }
            )
        case "judgment":
            return json.dumps({"explanation": "よい回答です。", "verdict": "ABC"[int(digest, 16) % 3]})
        case "score":
            return json.dumps({"explanation": "よい回答です。", "rating": 1 + int(digest, 16) % 10})
    return f"回答です。{digest[:8]}"


def completion(text: str | None, finish_reason: str = "stop", **message: Any) -> bytes:
    """Return the body of a chat completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text} | message, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    body = {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
    return json.dumps(body).encode()


def embedding(body: dict[str, Any]) -> bytes:
    """Return the body of an embedding: how often each letter is in the text, whatever their order."""
    counts = [0.0] * 64
    for letter in body["input"]:
        counts[ord(letter) % 64] += 1
    data = [{"object": "embedding", "index": 0, "embedding": counts}]
    usage = {"prompt_tokens": 7, "total_tokens": 7}
    return json.dumps({"object": "list", "model": body["model"], "data": data, "usage": usage}).encode()


@contextmanager
def serve() -> Iterator[Server]:
    """Run a server; set its `fault` to answer some requests otherwise."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                made.log.append(body)
                made.headers.append({name.lower(): value for name, value in self.headers.items()})
                number = len(made.headers)
            found = made.fault(body, number)
            status, headers, content = found or (200, {}, embedding(body) if "input" in body else completion(reply_to(body)))
            if status == 0:  # the line breaks
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            length = {"content-length": str(len(content))} if isinstance(content, bytes) else {}
            for name, value in {"content-type": "application/json", **length, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for part in [content] if isinstance(content, bytes) else content:
                self.wfile.write(part)

        def do_GET(self) -> None:
            listed = {"object": "list", "data": made.models} if made.models else {}
            page = {"/v1/models": listed, "/props": made.props}.get(self.path)
            if not page:
                self.send_error(404)
                return
            content = json.dumps(page).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    http = Quiet(("127.0.0.1", 0), Handler)
    made = Server(url=f"http://127.0.0.1:{http.server_address[1]}/v1")
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    http.shutdown()
    http.server_close()
    thread.join()


@dataclass
class Project:
    """A copy of the repository with a tiny configuration, to build and to edit."""

    root: Path

    def environment(self) -> dict[str, str]:
        """Return the environment of the project's processes: a home of their own, and this Python first on the path."""
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return clean | {"PATH": path, "DVC_NO_ANALYTICS": "1", "HOME": str(self.root.parent)}

    def run(self, *command: str, fails: bool = False, **env: str) -> str:
        """Run a command in the project and return what it printed; it must succeed, or fail where `fails` says so."""
        done = FORKS.run([*command], self.root, self.environment() | env)
        if done is None:
            done = subprocess.run(
                command,
                cwd=self.root,
                env=self.environment() | env,
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, f"{' '.join(command)} exited {done.returncode}:\n{output}"
        assert "Traceback" not in output, output
        return output

    def repro(self, *args: str, fails: bool = False, **env: str) -> str:
        """Run `dvc repro`."""
        return self.run("dvc", "repro", *args, fails=fails, **env)

    def stage_command(self, name: str, folder: str = "data/build") -> list[str]:
        """Return the command of `translate@name` alone, without DVC; it writes below `folder`."""
        out, transcript = f"{folder}/translated/{name}.jsonl", f"{folder}/responses/translate/{name}.jsonl"
        return [sys.executable, "-m", "stages.translate", "--corpus", name, "--out", out, "--transcript", transcript]

    def build(self) -> None:
        """Build everything as `dvc repro` does, three times as fast; see `tests.at_once`."""
        self.run("python", str(ROOT / "tests" / "at_once.py"))

    def rows(self, path: str) -> list[dict[str, Any]]:
        """Return the rows of a JSON Lines file."""
        return [json.loads(line) for line in (self.root / path).read_text(encoding="utf-8").splitlines()]

    def write_rows(self, path: str, rows: list[dict[str, Any]]) -> None:
        """Write a JSON Lines file."""
        text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n" for row in rows)
        (self.root / path).write_text(text, encoding="utf-8")

    def edit_params(self, change: Callable[[Any], None]) -> None:
        """Change params.yaml, comments kept."""
        path = self.root / "params.yaml"
        path.write_text(_changed(path.read_text(encoding="utf-8"), change), encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace text in a file; it must be there."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")

    def use_git(self) -> None:
        """Make the project a git repository with one commit."""
        (self.root / ".dvc" / "config.local").unlink()
        git(self.root, "init", "-q", "-b", "main")
        self.commit("start")

    def commit(self, message: str) -> None:
        """Commit everything."""
        git(self.root, "add", "-A")
        git(self.root, "commit", "-qm", message)

    def copy(self, root: Path) -> "Project":
        """Return a copy of the project in another folder."""
        return Project(Path(shutil.copytree(self.root, root, symlinks=True)))

    def outputs(self) -> dict[str, bytes]:
        """Return the bytes of everything that a build writes, by path."""
        paths = [*(self.root / "data" / "build").rglob("*.jsonl"), *(self.root / "reports").iterdir(), self.root / "dvc.lock"]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in sorted(paths) if path.is_file()}


def git(folder: Path, *args: str) -> str:
    """Run git in a folder, under a name of the tests' own, and return what it printed."""
    env = {
        f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "a"), ("EMAIL", "a@b.c"))
    }
    return subprocess.run(["git", *args], cwd=folder, env=os.environ | env, capture_output=True, text=True, check=True).stdout


def copy_project(target: Path) -> Project:
    """Copy the repository's own project as it stands, without what builds made."""
    target.mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name in FOLDERS:
            shutil.copytree(path, target / path.name, ignore=_left_out)
        elif path.is_file() and path.name not in (".git", "dvc.lock"):
            shutil.copy2(path, target)
    (target / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")  # as `dvc config --local` would
    return Project(target)


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Return the names in a folder of the repository that no commit has: builds, caches, a machine's own settings."""
    match Path(folder).relative_to(ROOT).parts:
        case (".dvc",):
            left_out = {"cache", "tmp", "seedbed", "config.local"}
        case ("reports",):
            left_out = {*names}
        case ("data", "build"):
            left_out = {"failed", "adapters"}
        case ("data", "build", "export"):
            left_out = {*names} - {".gitkeep"}
        case ("data", "build", *_):
            left_out = {name for name in names if name.endswith(".jsonl")}
        case _:
            left_out = {"__pycache__"}
    return left_out & {*names}


def build_once(base: Path, name: str, build: Callable[[Project], None]) -> Project:
    """Return a project that `build` makes of a copy of the repository's: one for all tests, whose processes share it.

    Nobody changes it, or runs DVC in it: a test that wants to works on a copy. `base` is pytest's folder of this process.
    """
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    made = Project(folder / "project")
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").is_file():
            copy_project(made.root)
            build(made)
            (folder / "done").touch()
    return made


def without_conversations(text: str) -> str:
    """Return params.yaml without the corpus of conversations: tests that are about one corpus of questions have no other."""
    text = re.sub(r"(?m)^  two_turns:.*\n(?:    .*\n)+", "", text)
    return re.sub(r"(?m)^    two_turns:.*\n", "", text)


def make_tiny(project: Project, seeds: int = 8, questions: int = 3, baseline: int = 2, **endpoint: Any) -> None:
    """Give the project a few rows, two models and one match.

    `endpoint` says what the endpoint is and how it is reached: with `base_url` the project talks to that server.
    """
    for name, count in (("seed_tasks", seeds), ("questions", questions), ("baseline", baseline)):
        project.write_rows(f"data/{name}.en.jsonl", project.rows(f"data/{name}.en.jsonl")[:count])

    (project.root / "data" / "edits" / "two_turns.ja.jsonl").unlink(missing_ok=True)
    path = project.root / "params.yaml"
    url = endpoint.get("base_url", "")
    text = _tiny(
        without_conversations(path.read_text(encoding="utf-8")), *(endpoint | ({"base_url": _ADDRESS} if url else {})).items()
    )
    path.write_text(text.replace(_ADDRESS, url), encoding="utf-8")


_ADDRESS = "http://a-server-of-the-test"


@cache
def _tiny(text: str, *endpoint: tuple[str, Any]) -> str:
    """Return params.yaml as `make_tiny` writes it; done once for all tests that want the same, but for the address."""

    def change(params: Any) -> None:
        for name, value in endpoint:
            params["endpoints" if name == "structured" else "servers"]["stand-in"][name] = value
        params["generate"].update({"target": 6, "per_slot": 2, "max_slots": 40})
        params["generate"]["demonstrations"]["seeds"] = 2
        params["filter"]["tokeniser"] = {"name": "character"}
        params["judge"]["reference_categories"] = []
        del params["models"]["poor"], params["matches"]["poor-vs-thin"]
        params["report"]["bootstrap"] = 1000

    return _changed(text, change)


def _changed(text: str, change: Callable[[Any], None]) -> str:
    """Return a YAML text changed, with its comments."""
    yaml, changed = YAML(), io.StringIO()
    yaml.width = 4096
    content = yaml.load(text)
    change(content)
    yaml.dump(content, changed)
    return changed.getvalue()
