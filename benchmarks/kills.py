"""`python -m benchmarks.kills --trials N`: builds that are killed at a random instant, and what it takes to go on; prints JSON.

Each trial builds a small project against a server of 0.12 s an answer, sends SIGKILL, SIGTERM or SIGINT to `dvc`, to the stage
that runs, or to the whole group, and builds again: every other time with `seedbed repro`, as `make repro` does, and with a
plain `dvc repro`, which is followed by the former where it refuses. An answer is paid again if the store had it and it was sent
once more. With `--into FILE` each trial is a line of that file as it ends; those that are there are not made again.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from benchmarks import kept
from tests.harness import Project, copy_project, make_tiny, serve
from tests.whole.slow_server import SlowServer, stored

WHO = ("dvc", "stage", "group")
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
CONCURRENCY = 2


def prepare(template: Project, folder: Path, url: str) -> Project:
    """Copy the project that nobody has built, with the address of a server."""
    shutil.copytree(template.root, folder)
    project = Project(folder)
    project.edit_params(lambda params: params["servers"]["stand-in"].update(base_url=url, max_concurrency=CONCURRENCY))
    return project


def outputs(project: Project) -> dict[str, bytes]:
    """Return the bytes of what was built, the lock apart: it names the parameters, and with them a port."""
    return {path: content for path, content in project.outputs().items() if path.startswith("data/build")}


def call(project: Project, *command: str) -> tuple[int, str]:
    """Run a command in the project; return its code and the end of what it printed."""
    done = subprocess.run(
        command,
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, (done.stdout + done.stderr)[-600:]


def kill(dvc: subprocess.Popen[bytes], who: str, number: signal.Signals) -> None:
    """Send a signal to `dvc`, to its stage, or to both and all between; then wait until nothing of it is left."""
    children: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(dvc.pid).children(recursive=True)
    if who == "group":
        with suppress(ProcessLookupError):
            os.killpg(dvc.pid, number)
    else:
        for process in children if who == "stage" else [dvc]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
    dvc.wait(timeout=300)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive, f"an orphan went on: {alive}"


def trial(
    template: Project, folder: Path, target: str, expected: dict[str, bytes], seconds: float, seed: int
) -> dict[str, Any]:
    """Build, kill, and build again; return what it came to."""
    chance = random.Random(seed)
    who, number = chance.choice(WHO), chance.choice(SIGNALS)
    with serve() as server:
        slow = SlowServer(server)
        project = prepare(template, folder, server.url)
        dvc = subprocess.Popen(
            ["dvc", "repro", target],
            cwd=project.root,
            env=project.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with suppress(subprocess.TimeoutExpired):
            dvc.wait(timeout=chance.uniform(0.05, 1.0) * seconds)
        kill(dvc, who, number)
        had, before = stored(project), len(slow.began)
        plain = seed % 2 == 1
        code, said = call(project, *(["dvc", "repro", target] if plain else ["seedbed", "repro", target]))
        refused = plain and code != 0
        if refused:
            code, said = call(project, "seedbed", "repro", target)
        return {
            "seed": seed,
            "who": who,
            "signal": number.name,
            "had": len(had),
            "plain_refused": refused,
            "refused": said if code else "",
            "paid_again": sum(digest in had for digest in slow.began[before:]),
            "asked_twice": len(slow.began) - len(set(slow.began)),
            "equal": outputs(project) == expected,
        }


def trials(seeds: list[int], target: str) -> Iterator[dict[str, Any]]:
    """Yield what the trial of each seed came to."""
    with TemporaryDirectory() as folder:
        base = Path(folder)
        template = copy_project(base / "template")
        make_tiny(template, seeds=14, questions=4)
        with serve() as server:
            SlowServer(server)
            project = prepare(template, base / "undisturbed", server.url)
            began = time.monotonic()
            project.repro(target)
            seconds, expected = time.monotonic() - began, outputs(project)
        for seed in seeds:
            yield trial(template, base / "trial", target, expected, seconds, seed)
            shutil.rmtree(base / "trial")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the first trial; each further one adds 1")
    parser.add_argument("--target", default="generate@native")
    parser.add_argument("--into", type=Path, help="a file that keeps the trials")
    args = parser.parse_args()
    found = kept.read(args.into)
    seeds = sorted({args.seed + number for number in range(args.trials)} - {each["seed"] for each in found})
    for each in trials(seeds, args.target) if seeds else ():
        found.append(each)
        print(f"{len(found)}: {json.dumps(each)}", file=sys.stderr)
        kept.add(args.into, each)
    result = {
        "trials": len(found),
        "refused": sum(bool(each["refused"]) for each in found),
        "plain_dvc_repro_refused": sum(each["plain_refused"] for each in found),
        "paid_again": sum(each["paid_again"] for each in found),
        "asked_twice_since_not_read": sum(each["asked_twice"] for each in found),
        "bytes_equal": sum(each["equal"] for each in found),
        "answers_stored_before": sum(each["had"] for each in found),
        "by_signal": Counter(f"{each['signal']} to {each['who']}" for each in found),
        "said": [each["refused"] for each in found if each["refused"]],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
