"""The recipes in `engines/`: what they do to shards, with a program in the place of vLLM, and the form of their job files."""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from seedbed.sending.shards import Imported, import_shards, write_shards
from seedbed.store.store import Store
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT
from tests.sending.test_shards import STAGE, request

ENGINES = ROOT / "engines"
VLLM = f"""#!{sys.executable}
import json, os, sys
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
with open(os.environ["LOG"], "a") as log, open(options["-i"]) as asked, open(options["-o"], "w") as out:
    for number, line in enumerate(asked):
        assert sys.argv[1] == "run-batch" and options["--model"] == "org/model"
        if os.environ.get("FAILS") == options["-i"] and number:
            sys.exit("out of memory")
        key = json.loads(line)["custom_id"]
        print(key, file=log)
        body = {{"choices": [{{"message": {{"role": "assistant", "content": "はい。"}}, "finish_reason": "stop"}}]}}
        response = {{"status_code": 200, "request_id": "v", "body": body}}
        print(json.dumps({{"id": "v", "custom_id": key, "response": response, "error": None}}), file=out)
"""
SERVER = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.say(200, {})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with open(sys.argv[2], "a") as log:
            print(os.getppid(), os.getpid(), body["messages"][0]["content"], sep="\\t", file=log)
        if "問い 7" == body["messages"][0]["content"]:
            return self.say(400, {"error": {"message": "maximum context length is 9", "code": 400}})
        message = {"role": "assistant", "content": "はい。"}
        self.say(200, {"choices": [{"message": message, "finish_reason": "stop"}]})

    def say(self, status, content):
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty requests in five shards."""
    write_shards(tmp_path / "requests", [(STAGE, request(number)) for number in range(20)], {}, 5)
    return tmp_path / "requests"


def run(folder: Path, *command: str, env: Mapping[str, str] = {}, fails: bool = False) -> list[str]:
    """Run a recipe with our `vllm` first on the path; return the keys that it asked for, in all runs so far."""
    bin, log = folder.parent / "bin", folder.parent / "log"
    bin.mkdir(exist_ok=True)
    (bin / "vllm").write_text(VLLM, encoding="utf-8")
    (bin / "vllm").chmod(0o755)
    path = f"{bin}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, env={"PATH": path, "LOG": str(log), **env}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode != 0) == fails, done.stderr
    return log.read_text().split() if log.exists() else []


def imported(folder: Path) -> Imported:
    with Store(folder.parent / "store.sqlite") as store:
        return import_shards(store, folder)


def vllm_command(folder: Path) -> list[str]:
    return ["bash", str(ENGINES / "vllm.sh"), str(folder), "org/model", "--max-model-len", "8192"]


def test_vllm_answers_each_shard_once_though_one_is_cut(folder: Path) -> None:
    cut = folder / "there-00003.jsonl"
    run(folder, *vllm_command(folder), env={"FAILS": str(cut)}, fails=True)
    first = imported(folder)
    assert (first.new, first.open, first.left_out) == (16, 4, 0)
    asked = Counter(run(folder, *vllm_command(folder)))
    assert sorted(asked.values()) == [1] * 19 + [2]  # the one that was asked before the cut
    second = imported(folder)
    assert (second.new, second.known, second.open) == (4, 16, 0)


def test_parts_share_the_shards(folder: Path) -> None:
    for part in ("1", "0"):
        asked = run(folder, *vllm_command(folder), env={"PART": part, "PARTS": "2"})
    assert len(asked) == len(set(asked)) == 20
    assert imported(folder).open == 0


def test_vllm_needs_a_folder_with_shards(folder: Path) -> None:
    assert run(folder, "bash", str(ENGINES / "vllm.sh"), str(folder), fails=True) == []
    assert run(folder, *vllm_command(folder.parent / "nowhere"), fails=True) == []


def test_an_array_of_slurm_answers_everything(folder: Path) -> None:
    job = ENGINES / "slurm.sbatch"
    copy = folder.parent / "slurm_script"  # Slurm runs a copy
    copy.write_bytes(job.read_bytes())
    for task in ("0", "1", "2"):
        env = {"SLURM_ARRAY_TASK_ID": task, "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_SUBMIT_DIR": str(ROOT)}
        asked = run(folder, "bash", str(copy), str(folder), "org/model", env=env)
    assert len(asked) == len(set(asked)) == 20
    directives = re.findall(r"^#SBATCH --([a-z-]+)(?:=\S+)?$", job.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(directives) == job.read_text(encoding="utf-8").count("#SBATCH")
    assert {"requeue", "gpus", "output"} <= {*directives}


def test_nodes_of_skypilot_answer_everything(folder: Path) -> None:
    task: dict[str, Any] = load_yaml(ENGINES / "skypilot.yaml")
    assert {*task} == {"name", "num_nodes", "resources", "envs", "file_mounts", "setup", "run"}
    mounts = task["file_mounts"]
    assert [mount["source"] for mount in mounts.values() if isinstance(mount, dict)] == ["${BUCKET}"]
    assert {*task["envs"]} == {"MODEL", "BUCKET"}
    here = task["run"]
    for remote, local in {"/engines/vllm.sh": str(ROOT / mounts["/engines/vllm.sh"]), "/requests": str(folder)}.items():
        assert remote in mounts
        here = here.replace(remote, local)
    for node in range(task["num_nodes"]):
        env = {"MODEL": "org/model", "SKYPILOT_NODE_RANK": str(node), "SKYPILOT_NUM_NODES": str(task["num_nodes"])}
        asked = run(folder, "bash", "-euc", here, env=env)
    assert len(asked) == len(set(asked)) == 20


@pytest.mark.parametrize("name", ["vllm.sh", "slurm.sbatch"])
def test_a_script_parses_and_stops_at_its_first_error(name: str) -> None:
    assert subprocess.run(["bash", "-n", str(ENGINES / name)], check=False).returncode == 0
    assert "\nset -euo pipefail\n" in (ENGINES / name).read_text(encoding="utf-8")


def test_the_page_names_every_recipe() -> None:
    page = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
    recipes = {path.name for path in ENGINES.iterdir() if path.is_file()}
    assert recipes == {*re.findall(r"engines/([\w.]+)", page)} - {"md"}


def kill_a_worker(log: Path, killed: list[int]) -> None:
    """Kill the worker whose server was the first to be asked, once some more was."""
    deadline = time.monotonic() + 60
    while not killed and time.monotonic() < deadline:
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        if len(lines) > 25:
            worker, server = map(int, lines[0].split("\t")[:2])
            psutil.Process(worker).kill()
            killed += [worker, server]
        time.sleep(0.01)


@pytest.mark.slow
def test_ray_loses_nothing_and_brings_nothing_twice_though_a_worker_is_killed(tmp_path: Path) -> None:
    """A local cluster of two workers; skipped where Ray Data is not installed."""
    pytest.importorskip("ray.data", reason="needs `pip install 'ray[data]'`", exc_type=ImportError)
    folder, log, killed = tmp_path / "requests", tmp_path / "log", list[int]()
    write_shards(folder, [(STAGE, request(number)) for number in range(400)], {}, 3)
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    killer = threading.Thread(target=kill_a_worker, args=(log, killed))
    killer.start()
    server = [sys.executable, str(tmp_path / "server.py"), "{port}", str(log)]
    options = ["--workers", "2", "--batch", "10", "--at-once", "1"]
    command = [sys.executable, str(ENGINES / "ray_data.py"), str(folder), *options, "--", *server]
    env = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"} | {"RAY_USAGE_STATS_ENABLED": "0"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
    killer.join()
    assert done.returncode == 0, done.stderr
    assert "399 of 400 requests answered" in done.stdout
    assert len(killed) == 2
    assert not psutil.pid_exists(killed[1])
    result = imported(folder)
    assert (result.new, result.known, result.again, result.left_out, result.open) == (400, 0, 0, 0, 0)
    asked = [line.split("\t")[2] for line in log.read_text(encoding="utf-8").splitlines()]
    assert len({*asked}) == 400
    assert len(asked) <= 400 + 10  # the batch of the worker that was killed
    with Store(tmp_path / "store.sqlite", read_only=True) as store:
        (refused,) = store.get([request(7).key]).values()
    assert refused["error"]["kind"] == "too_long"
    again = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert "answers are here already; import them, and export what is missing into a new folder" in again.stderr
