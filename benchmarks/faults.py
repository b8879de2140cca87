"""`python -m benchmarks.faults --rows N --rate 0.25`: a stage against a server with faults at the wire; prints JSON.

A share of the requests meets a fault on its first try, which one a hash of the request decides. Counted are the requests beyond
one a row, by the fault that caused them; the rows must be the bytes of a run without faults.
"""

import argparse
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.harness import Answer, Project, copy_project, make_tiny, serve

TIMEOUT_S = 3
OUT = "data/build/translated/seed_tasks.jsonl"


def drip() -> Iterator[bytes]:
    """Yield a byte every fifth of a second, for longer than a reply may take."""
    for _ in range(TIMEOUT_S * 10):
        yield b" "
        time.sleep(0.2)


def hang() -> Iterator[bytes]:
    """Say nothing, for longer than a reply may take."""
    time.sleep(2 * TIMEOUT_S)
    yield b""


FAULTS: dict[str, Any] = {
    "429": lambda: (429, {}, b"{}"),
    "429 with Retry-After": lambda: (429, {"retry-after": "1"}, b"{}"),
    "500": lambda: (500, {}, b"{}"),
    "reset": lambda: (0, {}, b""),
    "cut": lambda: (200, {"content-length": "900"}, b'{"choices": ['),
    "HTML under 200": lambda: (200, {"content-type": "text/html"}, b"<html>busy</html>"),
    "empty choices": lambda: (200, {}, b'{"model": "m", "choices": []}'),
    "drip": lambda: (200, {"content-length": "100000"}, drip()),
    "hang": lambda: (200, {"content-length": "100"}, hang()),
}


def run(project: Project) -> tuple[bytes, float, str]:
    """Run the stage; return its rows, the seconds it took, and what it said."""
    began = time.monotonic()
    said = project.run(*project.stage_command("seed_tasks"))
    return (project.root / OUT).read_bytes(), time.monotonic() - began, said


def measure(folder: Path, rows: int, rate: float) -> dict[str, Any]:
    """Return what faults at a rate cost, beside a run of the same rows without any."""
    project = copy_project(folder / "project")
    with serve() as server:
        make_tiny(project, base_url=server.url, timeout_s=TIMEOUT_S, max_concurrency=16)
        seed = project.rows("data/seed_tasks.en.jsonl")[0]
        project.write_rows(
            "data/seed_tasks.en.jsonl", [{**seed, "id": f"t{n}", "instruction": f"Name {n} lakes."} for n in range(rows)]
        )
        whole, plain_s, _ = run(project)
        assert len(server.take()) == rows
        (project.root / ".dvc" / "seedbed" / "store.sqlite").unlink()
        met: dict[str, str] = {}
        seen: Counter[str] = Counter()

        def fault(body: dict[str, Any], number: int) -> Answer | None:
            digest = hashlib.sha256(json.dumps(body["messages"], sort_keys=True).encode()).hexdigest()
            seen[digest] += 1
            if seen[digest] > 1 or int(digest[:8], 16) >= rate * 2**32:
                return None
            met[digest] = [*FAULTS][int(digest[8:16], 16) % len(FAULTS)]
            return FAULTS[met[digest]]()  # type: ignore[no-any-return]

        server.fault = fault
        disturbed, seconds, _ = run(project)
    extra = dict.fromkeys(FAULTS, 0)
    for digest, kind in met.items():
        extra[kind] += seen[digest] - 1
    return {
        "rows": rows,
        "faults": len(met),
        "met": dict(Counter(met.values())),
        "extra": extra,
        "extra_of_others": sum(count - 1 for digest, count in seen.items() if digest not in met),
        "same_bytes": disturbed == whole,
        "seconds": round(seconds, 1),
        "seconds_without": round(plain_s, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=0.25)
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), args.rows, args.rate)))


if __name__ == "__main__":
    main()
