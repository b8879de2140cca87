"""`python -m benchmarks.diff --rows N`: two revisions of N candidate instructions, compared; prints one JSON line.

Makes a project in git and DVC's cache in a temporary folder: candidates, the filter's decisions on them, their transcript,
and an answer file that does not differ. In the second revision every tenth candidate says something else, every hundredth
is gone, as many are new, and the filter decides otherwise on every twentieth.
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

from seedbed.stand_in.generation import write
from seedbed.util.canonical import canonical, content_hash

ROOT = Path(__file__).resolve().parent.parent
PARAMS = """\
corpora: {}
models: {still: {endpoint: stand-in, model: still}}
matches: {}
"""
PIPELINE = 'stages: {all: {cmd: "true"}}\n'


def candidates(count: int, seed: int) -> list[dict[str, Any]]:
    """Return `count` candidates of the stand-in's grammar, five a slot."""
    chance = random.Random(seed)
    made: list[dict[str, Any]] = []
    while len(made) < count:
        slot = len(made) // 5
        common = {"slot": slot, "demonstrations": ["a", "b", "c"], "request": content_hash(slot)}
        made += [
            common | row | {"id": f"s{slot:06}-{index}", "index": index, "made_by": {"endpoint": "stand-in", "model": "m"}}
            for index, row in enumerate(write(5, chance))
        ]
    return made[:count]


def changed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the candidates of the second revision."""
    kept = [row for number, row in enumerate(rows) if number % 100 != 7]
    edited = [row | {"output": row["output"] + "以上です。"} if number % 10 == 0 else row for number, row in enumerate(kept)]
    return edited + [row | {"id": row["id"] + "-new"} for number, row in enumerate(rows) if number % 100 == 7]


def outputs(rows: list[dict[str, Any]], rejects: Callable[[str], bool]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each output by path."""
    fresh = {row["slot"]: row for row in rows}
    request = {"endpoint": "stand-in", "model": "m", "attempt": 1}
    return {
        "candidates/native": rows,
        "instructions/native": [row for row in rows if not rejects(row["id"])],
        "rejected/native": [
            row | {"reason": "near_duplicate", "detail": "", "neighbour": rows[0]["id"], "score": 0.8}
            for row in rows
            if rejects(row["id"])
        ],
        "responses/generate/native": [
            {
                "id": str(slot),
                "key": content_hash([slot, row["output"]]),
                "request": request | {"messages": [{"role": "user", "content": row["instruction"] * 20}]},
                "response": {"text": row["output"] * 5, "usage": {"input": 900, "cached_input": 0, "output": 300}},
            }
            for slot, row in fresh.items()
        ],
        "answers/still": [{"id": str(number), "text": "still"} for number in range(len(rows))],
    }


def commit(root: Path, made: dict[str, list[dict[str, Any]]]) -> int:
    """Write the outputs into the cache and a lock that names them, and commit it; return how many bytes they have."""
    outs, size = [], 0
    for name, rows in made.items():
        content = "".join(canonical(row) + "\n" for row in rows).encode()
        digest = md5(content, usedforsecurity=False).hexdigest()
        blob = root / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(content)
        outs.append({"path": f"data/build/{name}.jsonl", "md5": digest})
        size += len(content)
    (root / "dvc.lock").write_text(json.dumps({"stages": {"all": {"outs": outs}}}), encoding="utf-8")
    author = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost"]
    subprocess.run(["git", "add", "dvc.lock", "dvc.yaml", "params.yaml"], cwd=root, check=True)
    subprocess.run(["git", *author, "commit", "-qm", "revision"], cwd=root, check=True)
    return size


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".dvc").mkdir()
        (root / ".dvc" / "config").touch()
        (root / "params.yaml").write_text(PARAMS, encoding="utf-8")
        shutil.copytree(ROOT / "queries", root / "queries")
        (root / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        old = candidates(args.rows, args.seed)
        size = commit(root, outputs(old, lambda name: crc32(name.encode()) % 4 == 3))
        new = changed(old)
        size += commit(root, outputs(new, lambda name: crc32(name.encode()) % 4 == 3 or crc32(name.encode()) % 20 == 0))
        began = time.perf_counter()
        command = [sys.executable, "-c", "from seedbed.cli import main; main()", "diff", "HEAD~1", "HEAD"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run([*command, "--json"], cwd=root, env=environment, check=False, capture_output=True, text=True)
        seconds = time.perf_counter() - began
        if done.returncode:
            raise SystemExit(done.stderr)
        found = json.loads(done.stdout)
        figures = {
            "rows": args.rows,
            "mib": round(size / 2**20),
            "seconds": round(seconds, 2),
            "peak_mib": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
            "changes": {row["dataset"]: [row["added"], row["removed"], row["changed"]] for row in found["rows"]},
            "flips": len(found["filter"]["flips"]),
            "new_responses": sum(row["responses"] for row in found["responses"]),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
