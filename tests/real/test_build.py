"""A whole build on a real language model behind a real server that the stages start; what it says is poor."""

import subprocess
from pathlib import Path

import psutil
import pytest

from tests.harness import Project
from tests.real.project import GERMAN, QUESTIONS, SEEDS, fetch, make
from tests.sending.test_kill import wait_until

VERDICTS = {"first", "second", "tie", "invalid"}


def in_folder(folder: Path) -> list[str]:
    """Return the command lines of the processes that work in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                found.append(" ".join(process.cmdline()))
        except (psutil.Error, OSError):
            continue
    return found


@pytest.fixture
def real(tmp_path: Path) -> Project:
    """The small English project on SmolLM2."""
    try:
        weights = fetch()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the model and its server cannot be had here: {error.stderr.strip().splitlines()[-1]}")
    return make(tmp_path / "project", weights)


@pytest.mark.slow
def test_a_small_real_model_builds_both_reports(real: Project) -> None:
    said = real.repro()
    assert "Updating lock file" in said

    tasks = real.rows("data/build/translated/seed_tasks.jsonl")
    assert [row["id"] for row in tasks if row["made_by"]] == [row["id"] for row in GERMAN]
    asked = {row["id"] for row in real.rows("data/build/responses/translate/seed_tasks.jsonl")}
    assert asked == {row["id"] for row in GERMAN}, "an English seed was sent"
    assert all((row["translation"] is None) != (row["failure"] is None) for row in tasks)
    failed = sum(row["translation"] is None for row in tasks)
    assert (f"{failed} failed" in said) == bool(failed)

    candidates, kept, rejected = (
        real.rows(f"data/build/{name}/native.jsonl") for name in ("candidates", "instructions", "rejected")
    )
    assert len(kept) >= 4
    assert len(kept) + len(rejected) == len(candidates)
    assert len(real.rows("data/build/export/native/messages.jsonl")) == SEEDS + len(GERMAN) - failed + len(kept)

    for model in ("cool", "warm"):
        answers = real.rows(f"data/build/answers/{model}.jsonl")
        assert [row["id"] for row in answers] == [row["id"] for row in QUESTIONS]
    judgments = real.rows("data/build/judgments/cool-vs-warm.jsonl")
    assert len(judgments) == 2 * len(QUESTIONS)
    assert {row["verdict"] for row in judgments} <= VERDICTS

    report = (real.root / "reports/benchmark.md").read_text(encoding="utf-8")
    (total,) = (line for line in report.splitlines() if line.startswith("| all | 4 |"))
    n, wins, losses, ties, _, invalid = (int(cell) for cell in total.split("|")[2:8])
    assert n == len(QUESTIONS) == wins + losses + ties + invalid
    for name in ("benchmark", "dataset"):
        assert (real.root / f"reports/{name}.html").stat().st_size > 10_000
        assert "smollm2-135m" in (real.root / f"reports/{name}.md").read_text(encoding="utf-8")
    wait_until(lambda: not in_folder(real.root), 10)

    builds = real.run("seedbed", "store", "builds")
    assert "Data and pipelines are up to date." in real.repro()
    before = real.outputs()
    real.repro("--force", SEEDBED_OFFLINE="1")  # every stage anew, from the store
    assert real.outputs() == before
    assert real.run("seedbed", "store", "builds") == builds, "something was sent"
    assert in_folder(real.root) == []
