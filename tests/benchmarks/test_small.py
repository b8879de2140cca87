"""The benchmarks that build a project of their own, run small: they follow the layout of outputs and the pipeline."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from benchmarks import scale
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT


def run(name: str, *arguments: str) -> dict[str, Any]:
    """Run a benchmark and return its JSON line."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def test_the_diff_of_two_revisions() -> None:
    figures = run("diff", "--rows", "300")
    assert figures["changes"]["candidates/native"] == [3, 3, 30]
    assert figures["flips"] > 0
    assert figures["new_responses"] > 0


def test_a_stage_command_is_filled_in_as_dvc_does() -> None:
    pipeline, params = load_yaml(ROOT / "dvc.yaml")["stages"], load_yaml(ROOT / "params.yaml")
    words = scale.command(pipeline, params, "generate@native").split()
    assert words[words.index("--seeds") + 1] == "data/build/edited/seed_tasks.jsonl"
    edits = scale.command(pipeline, params, "post_edit@questions").split()
    assert edits[edits.index("--edits") + 1] == "data/edits/questions.ja.jsonl"


@pytest.mark.slow
def test_the_whole_run() -> None:
    figures = run("scale", "--target", "40")
    assert figures["from_nothing"]["requests"] > figures["from_the_store"]["requests"] == 0
    assert figures["from_the_store"]["same_rows"]
    assert figures["one_seed_edited"]["requests"] > 0
    assert {"translate", "post_edit", "generate", "filter"} == set(figures["from_nothing"]["by_stage"])
