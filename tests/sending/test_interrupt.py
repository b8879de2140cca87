"""Ctrl-C at any time: also while a stage works out what it is going to send, before anything is sent."""

import subprocess
import sys

import pytest

from tests.harness import Project, Server

PLUGIN = """
import os, signal, time
from seedbed.filtering.tokenisers import character, tokeniser

loads = []

@tokeniser
def interrupted(settings):
    loads.append(len(loads))
    if len(loads) == {times}:  # the first is the stage's, the second that of the walk before the first request
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
    return character
"""
CODE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever a test runner in the background left it at
runpy.run_module("stages.generate", run_name="__main__")
"""
WORDS = (
    *("--generation", "native", "--seeds", "data/build/edited/seed_tasks.jsonl", "--questions", "data/build/edited/questions"),
    *("--out", "out.jsonl", "--decisions", "decisions.jsonl", "--transcript", "transcript.jsonl"),
)


@pytest.mark.parametrize("times", [1, 2])
def test_it_ends_the_stage_before_its_first_request(built: Project, server: Server, times: int) -> None:
    # With the target of the last build, the walk before the first request would load no filter.
    built.edit_params(lambda params: params["generate"].update(seed=7, target=params["generate"]["target"] + 1))
    built.edit_params(lambda params: params["filter"].update(tokeniser={"name": "interrupted"}))
    (built.root / "plugins" / "mine.py").write_text(PLUGIN.format(times=times), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CODE, *WORDS],
        cwd=built.root,
        env=built.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = "error: interrupted; every response that arrived is kept, run the same command again to continue\n"
    assert (done.returncode, done.stderr.endswith(said)) == (1, True), done.stderr
    assert server.log == []
    assert not [path for path in built.root.iterdir() if path.suffix == ".jsonl"]
