"""What a stage imports that finds everything in the store: nothing slow."""

import re
import subprocess
import sys

import pytest

from benchmarks import scale
from seedbed.util.yaml12 import load_yaml
from tests.harness import Project

SLOW = {"aiohttp", "duckdb", "dvc", "httpx2", "jinja2", "jsonschema", "numpy", "openai", "rapidfuzz", "rich", "ruamel", "typer"}


@pytest.mark.parametrize("stage", ["translate@questions", "answer@good", "judge@good-vs-thin"])
def test_a_stage_that_sends_nothing_imports_nothing_slow(built: Project, stage: str) -> None:
    pipeline, params = load_yaml(built.root / "dvc.yaml")["stages"], load_yaml(built.root / "params.yaml")
    _, *arguments = scale.command(pipeline, params, stage).split()
    before = built.outputs()
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=built.root,
        env=built.environment() | {"SEEDBED_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {name.partition(".")[0] for name in re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE)}
    assert "seedbed" in imported
    assert not imported & SLOW
    assert built.outputs() == before
