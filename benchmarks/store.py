"""`python -m benchmarks.store`: opening a large store and looking up keys, beside SQLite alone; carrying it elsewhere.

Prints one JSON line. Export and import are processes of their own, whose memory at its highest is given. With `--folder` the
store stays there, is taken again by the next run, and so is what was carried elsewhere already.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response
from seedbed.store.store import Store

_PORTION = 20_000
"""Responses that are put into the store at once."""


def exchanges(numbers: range, request_bytes: int) -> Iterator[tuple[str, Request, Response]]:
    """Yield an exchange for each number, with requests of about `request_bytes`."""
    filling = "あ" * (request_bytes // 3)
    for number in numbers:
        usage = {"input": 500, "cached_input": 0, "output": 200}
        response = {"text": f"{number} {filling[:100]}", "refusal": None, "finish_reason": "stop", "model": "m", "usage": usage}
        content: dict[str, Any] = {
            "endpoint": "e",
            "model": "m",
            "messages": [{"role": "user", "content": filling}],
            "params": {},
            "reply": None,
        }
        yield "generate", Request("", content | {"sample": 0, "slot": number, "attempt": 1}), response


_TOOL = """
import sys
from pathlib import Path
from seedbed.store.store import Store
from seedbed.store.tools import export_to, import_from
with Store(Path(sys.argv[2]), read_only=sys.argv[1] == "export") as store:
    {"export": export_to, "import": import_from}[sys.argv[1]](store, Path(sys.argv[3]))
print(*[line.split()[1] for line in open("/proc/self/status") if line.startswith(("VmHWM", "RssAnon"))])
"""


def tool(*args: str) -> dict[str, float]:
    """Return the seconds and MiB that an export or import took: all at its highest, the mapped file included, and its own."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _TOOL, *args], capture_output=True, text=True, check=True)
    peak, own = map(int, done.stdout.split())
    seconds = round(time.perf_counter() - began, 1)
    return {f"{args[0]}_s": seconds, f"{args[0]}_mib": peak // 1024, f"{args[0]}_own_mib_at_its_end": own // 1024}


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=1_000_000)
    parser.add_argument("--keys", type=int, default=100_000, help="keys to look up")
    parser.add_argument("--request-bytes", type=int, default=1500)
    parser.add_argument("--folder", type=Path, help="where the store stays; a temporary folder where none is given")
    parser.add_argument("--stay", action="store_true", help="no export, no import")
    args = parser.parse_args()
    with nullcontext(args.folder) if args.folder else tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), args.responses, args.keys, args.request_bytes)
        if not args.stay:
            figures |= carry(Path(folder))
        print(json.dumps(figures))


def measure(folder: Path, responses: int, number_of_keys: int, request_bytes: int) -> dict[str, Any]:
    """Return the figures of opening a store in a folder, which is made where it is not there, and of looking up keys."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "store.sqlite"
    with Store(path) as store:
        ((there,),) = store.rows("select count(*) from responses")
        for start in range(there, responses, _PORTION):
            store.take_over(exchanges(range(start, min(start + _PORTION, responses)), request_bytes))
        keys = [key for (key,) in store.rows("select key from responses order by key")]
    wanted = random.Random(0).sample(keys, number_of_keys)
    began, cpu = time.perf_counter(), time.process_time()
    with Store(path) as store:
        found = store.get(wanted)
    ours, cpu = time.perf_counter() - began, time.process_time() - cpu
    began, alone_cpu = time.perf_counter(), time.process_time()
    database = sqlite3.connect(path)
    rows = [database.execute("select response from responses where key = ?", (key,)).fetchone() for key in wanted]
    alone, alone_cpu = time.perf_counter() - began, time.process_time() - alone_cpu
    database.close()
    return {
        "responses": responses,
        "keys": len(found),
        "gib": round(path.stat().st_size / 2**30, 2),
        "store_s": round(ours, 2),
        "store_cpu_s": round(cpu, 2),
        "one_by_one_s": round(alone, 2),
        "one_by_one_cpu_s": round(alone_cpu, 2),
        "ratio": round(cpu / alone_cpu, 2),
        "found": len(rows),
        "load_average": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
    }


def carry(folder: Path) -> dict[str, Any]:
    """Return the figures of an export of that store, and of an import of it; those that are known already as they are."""
    path, figures = folder / "store.sqlite", dict[str, Any]()
    for name, files in (
        ("export", (path, folder / "export.jsonl")),
        ("import", (folder / "other.sqlite", folder / "export.jsonl")),
    ):
        done = folder / f"{name}.json"
        if not done.is_file():
            files[0 if name == "import" else 1].unlink(missing_ok=True)
            done.write_text(json.dumps(tool(name, *map(str, files))))
        figures |= json.loads(done.read_text())
    return figures


if __name__ == "__main__":
    main()
