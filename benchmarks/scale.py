"""`python -m benchmarks.scale --target N`: N instructions from nothing, again from the store, and after one seed's edit.

The stages run as `dvc repro` runs them, each in a process of its own, on a copy of the project in a temporary folder, with
the stand-in; after the first run, `dvc commit` writes the `dvc.lock` that `dvc repro` would leave. Prints one JSON line: for
each of the three runs the seconds of each stage, the peak memory of the largest process in MiB, and how many requests were
sent; and what the edit changed in the outputs.

The stand-in's grammar holds some forty thousand instructions that the filter tells apart at its threshold of 0.7, so that a run
for more would not end. It is raised to 0.9 here: of the first 40,000 instructions 69% then pass.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from seedbed.project import paths
from seedbed.util.canonical import canonical
from seedbed.util.yaml12 import load_yaml

ROOT = Path(__file__).resolve().parent.parent
STAGES = (
    *("translate@seed_tasks", "translate@questions", "post_edit@seed_tasks", "post_edit@questions"),
    *("generate@native", "filter@native"),
)
OUTPUTS = {
    "candidates": paths.candidates("native"),
    "instructions": paths.instructions("native"),
    "rejected": paths.rejected("native"),
}


def copy(folder: Path, target: int) -> Path:
    """Copy the project, without what was built, to `folder`, and set the target."""
    root = folder / "project"
    leave = shutil.ignore_patterns(".git", ".venv", "cache", "tmp", "seedbed.sqlite", "build", "tests", ".*_cache")
    shutil.copytree(ROOT, root, ignore=leave)
    shutil.rmtree(root / ".dvc" / "seedbed", ignore_errors=True)
    params = root / "params.yaml"
    text = re.sub(r"(\n  target:) \d+", rf"\1 {target}", params.read_text(encoding="utf-8"))
    text = re.sub(r"(\n  max_slots:) \d+", rf"\1 {target}", text)
    params.write_text(re.sub(r"(\n    threshold:) [\d.]+", r"\1 0.9", text), encoding="utf-8")
    return root


def commands(root: Path) -> dict[str, list[str]]:
    """Return the command of each stage, as `dvc.yaml` has it."""
    pipeline, params = load_yaml(root / "dvc.yaml")["stages"], load_yaml(root / "params.yaml")
    return {stage: [sys.executable, *command(pipeline, params, stage).split()[1:]] for stage in STAGES}


def command(pipeline: dict[str, Any], params: dict[str, Any], stage: str) -> str:
    """Return a stage's command with `${key}`, `${item}`, `${item.field}` and parameters filled in, as DVC does it."""
    name, _, key = stage.partition("@")
    entry = pipeline[name]
    item = _at(params, entry["foreach"][2:-1])[key]
    known = {"key": key, "item": item, **params}
    return re.sub(r"\$\{([\w.]+)\}", lambda match: str(_at(known, match[1])), entry["do"]["cmd"])


def _at(value: Any, path: str) -> Any:
    """Return what a path such as `post_edit.corpora` names in a mapping of mappings."""
    for step in path.split("."):
        value = value[step]
    return value


def build(root: Path) -> dict[str, Any]:
    """Run every stage; return seconds by the stage's name before the `@`, peak MiB and requests sent."""
    seconds: dict[str, float] = {}
    peak, sent = 0.0, 0
    for stage, words in commands(root).items():
        began = time.perf_counter()
        with subprocess.Popen(words, cwd=root, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
            assert process.stderr
            messages = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{stage}: {messages[-2000:]}")
        name = stage.partition("@")[0]
        seconds[name] = round(seconds.get(name, 0.0) + time.perf_counter() - began, 1)
        peak = max(peak, usage.ru_maxrss / 1024)
        sent += sum(int(count) for count in re.findall(r": (\d+) sent", messages))
    return {"seconds": round(sum(seconds.values()), 1), "by_stage": seconds, "peak_mib": round(peak), "requests": sent}


def lock(root: Path) -> None:
    """Write `dvc.lock`, as `dvc repro` does: a stage looks there for what the last build had."""
    (root / "dvc.lock").unlink(missing_ok=True)
    for words in (["config", "--local", "core.no_scm", "true"], ["commit", "--quiet", "--force", *STAGES]):
        subprocess.run([sys.executable, "-m", "dvc", *words], cwd=root, check=True)


def outputs(root: Path) -> dict[str, dict[str, str]]:
    """Return the outputs' lines by file and id."""
    texts = {name: (root / path).read_text(encoding="utf-8").splitlines() for name, path in OUTPUTS.items()}
    return {name: {json.loads(line)["id"]: line for line in lines} for name, lines in texts.items()}


def edit_a_seed(root: Path) -> str:
    """Change the first post-edit of the seeds; return the seed's id."""
    path = next((root / "data" / "edits").glob("seed_tasks.*.jsonl"))
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    edit = json.loads(first)
    edit["fields"]["output"] += "以上です。"
    edit["decision"] = "edited"
    path.write_text(canonical(edit) + "\n" + rest, encoding="utf-8")
    return str(edit["id"])


def changes(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]], seed: str) -> dict[str, int]:
    """Return how many slots show the seed, how many candidates changed, in and out of these slots, and what flipped."""

    def shows(line: str) -> bool:
        return seed in json.loads(line)["demonstrations"]

    old, new = before["candidates"], after["candidates"]
    changed = [id for id in old.keys() | new.keys() if old.get(id) != new.get(id)]
    same = [id for id in old.keys() & new.keys() if old[id] == new[id]]
    flipped = [id for id in same if (id in before["instructions"]) != (id in after["instructions"])]
    still = [
        id
        for id in flipped
        for here, there in ((before, after), (after, before))
        if id in here["rejected"] and (near := json.loads(here["rejected"][id])["neighbour"]) in there["instructions"]
        if here["instructions"].get(near) == there["instructions"][near]
    ]
    return {
        "slots_of_the_seed": len({json.loads(line)["slot"] for line in old.values() if shows(line)}),
        "changed_candidates": len(changed),
        "of_other_slots_both_times": sum(id in old and id in new and not shows(old[id]) for id in changed),
        "flipped_decisions_of_unchanged_candidates": len(flipped),
        "flipped_although_the_neighbour_stayed": len(still),
    }


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", type=int, default=52_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SEEDBED_STORE"] = str(Path(folder) / "store.sqlite")
        root = copy(Path(folder), args.target)
        first = build(root)
        lock(root)
        before = outputs(root)
        again = build(root)
        same = outputs(root) == before
        seed = edit_a_seed(root)
        edited = build(root)
        figures = {
            "target": args.target,
            "candidates": len(before["candidates"]),
            "from_nothing": first,
            "from_the_store": again | {"same_rows": same},
            "one_seed_edited": edited | changes(before, outputs(root), seed),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
