"""Answer exported requests on a Ray cluster: each worker has a server of its own, for whatever model it can serve.

    pip install 'ray[data]' vllm                      # on each machine of the cluster
    seedbed requests export answer@good /shared/requests --shards 8
    RAY_ADDRESS=auto python engines/ray_data.py /shared/requests --workers 8 --gpus 1 -- vllm serve org/model --port '{port}'
    seedbed requests import /shared/requests

The folder must be one that all machines see. Without RAY_ADDRESS the workers are of this machine. After `--` comes the command
of any OpenAI-compatible server, with `{port}` where it takes its port. Linux only: a server must not outlive its worker.

A request's body goes to the server as it is, and its answer into a file as it is. Requests go in batches, a file of answers
each; a worker that is killed is started again, and its batch is asked again. Where the run itself ends, import what came, and
export what is missing into a new folder.
"""

import argparse
import hashlib
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ray
from ray.data import ActorPoolStrategy


class Answering:
    """A worker: it starts a server, and puts a batch of requests to it at a time."""

    def __init__(self, command: list[str], answers: str, start_s: float, timeout_s: float, at_once: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._answers, self._timeout_s, self._at_once = Path(answers), timeout_s, at_once
        self._address = f"http://127.0.0.1:{port}"
        # A worker may be killed before it can end its server, which would then keep the GPU.
        ended_with_us = ["setpriv", "--pdeathsig", "KILL", *(word.replace("{port}", str(port)) for word in command)]
        self._server = subprocess.Popen(ended_with_us, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + start_s
        while not self._ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server answers no /v1/models after {start_s:g} s: {' '.join(command)}")
            time.sleep(0.2)

    def _ready(self) -> bool:
        self._alive()
        try:
            with urllib.request.urlopen(f"{self._address}/v1/models", timeout=5):
                return True
        except OSError:
            return False

    def _alive(self) -> None:
        if self._server.poll() is not None:
            raise RuntimeError(f"the server has ended with {self._server.returncode}; its own words are in the worker's log")

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Write the answers to a batch, and return how many of its requests succeeded."""
        lines = [json.loads(text) for text in batch["text"]]
        digest = hashlib.sha256("".join(line["custom_id"] for line in lines).encode()).hexdigest()
        path = self._answers / f"{digest[:32]}.jsonl"
        if not path.exists():  # a worker that was killed after it wrote the file
            with ThreadPoolExecutor(self._at_once) as threads:
                answers = list(threads.map(self._answer, lines))
            part = path.with_name(f"{path.name}.{os.getpid()}.part")
            part.write_text("".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers), encoding="utf-8")
            part.replace(path)
        written = [json.loads(text) for text in path.read_text(encoding="utf-8").split("\n") if text]
        good = sum((answer["response"] or {}).get("status_code") == 200 for answer in written)
        return {"asked": [len(written)], "good": [good]}

    def _answer(self, line: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a line of a shard, in the form of a batch's."""
        body = json.dumps(line["body"], ensure_ascii=False).encode()
        request = urllib.request.Request(self._address + line["url"], body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as reply:
                status, said = reply.status, reply.read()
        except urllib.error.HTTPError as refusal:
            status, said = refusal.code, refusal.read()
        except OSError as broken:
            self._alive()
            return {"custom_id": line["custom_id"], "response": None, "error": {"code": "connection", "message": str(broken)}}
        try:
            content = json.loads(said)
        except ValueError:
            status, content = 502, {"error": {"message": "the server's reply is no JSON"}}
        return {"custom_id": line["custom_id"], "response": {"status_code": status, "body": content}, "error": None}


def main() -> None:
    parser = argparse.ArgumentParser(description="Answer exported requests on a Ray cluster.")
    parser.add_argument("folder", type=Path, help="what `seedbed requests export` wrote")
    parser.add_argument("--workers", type=int, default=1, help="servers at a time")
    parser.add_argument("--gpus", type=float, default=0, help="GPUs of each worker")
    parser.add_argument("--batch", type=int, default=256, help="requests in a file of answers")
    parser.add_argument("--at-once", type=int, default=128, help="requests under way at once, at each server")
    parser.add_argument("--start-s", type=float, default=1800, help="seconds that a server may take to load its model")
    parser.add_argument("--timeout-s", type=float, default=1800, help="seconds that a reply may take")
    parser.add_argument("command", nargs="+", help="after --: the server, with {port}")
    args = parser.parse_args()
    shards = [str(path.resolve()) for path in sorted(args.folder.glob("*.jsonl")) if path.name != "requests.jsonl"]
    if not shards:
        parser.error(f"{args.folder}: no shards here; `seedbed requests export` writes them")
    answers = args.folder.resolve() / "answers"
    if answers.is_dir() and any(answers.iterdir()):
        parser.error(f"{answers}: answers are here already; import them, and export what is missing into a new folder")
    answers.mkdir(exist_ok=True)
    ray.init()
    counts = (
        ray.data.read_text(shards)  # as text: bodies of several kinds have no common table
        .repartition(target_num_rows_per_block=args.batch)
        .map_batches(
            Answering,
            fn_constructor_args=(args.command, str(answers), args.start_s, args.timeout_s, args.at_once),
            batch_size=args.batch,
            compute=ActorPoolStrategy(size=args.workers),
            num_cpus=0,  # a worker waits for its server; with a CPU each they could leave none to read the shards
            num_gpus=args.gpus,
        )
        .take_all()
    )
    asked, good = sum(row["asked"] for row in counts), sum(row["good"] for row in counts)
    print(f"{good:,} of {asked:,} requests answered, in {answers}; now: seedbed requests import {args.folder}")


if __name__ == "__main__":
    main()
