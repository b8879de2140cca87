"""A tiny study to build: two sets, one base or two, on servers and a trainer of the tests' own."""

import sys
from pathlib import Path
from typing import Any

from tests.harness import ROOT, Project

SERVER = ROOT / "tests" / "sending" / "own_server.py"
TRAINER = ROOT / "tests" / "training" / "fake_trainer.py"


def declare_study(project: Project, log: Path, command: bool = True) -> None:
    """Declare base `b`, trained `b-native` and `b-direct`, and their match; each training is noted in `log`."""

    def change(params: Any) -> None:
        params["bases"] = {"b": {"model": "some/base", "chat_template": "alpaca"}}
        params["trained"] = {"b-native": {"base": "b", "set": "native"}, "b-direct": {"base": "b", "set": "direct"}}
        if command:
            params["train"] = {"command": f"{sys.executable} {TRAINER} {{data}} {{base}} {{seed}} {{out}} {log}"}
        params["endpoints"]["own"] = {"structured": "text"}
        params["servers"]["own"] = {"command": f"{sys.executable} {SERVER} {{port}} {{model}} {log.parent}", "idle_s": 1}
        params["answer"]["trained"] = {"endpoint": "own", "params": {"temperature": 0}}
        params["matches"]["b-native-vs-b-direct"] = {"model": "b-native", "baseline": "b-direct"}
        params["matches"]["b-native-vs-b"] = {"model": "b-native", "baseline": "b"}

    project.edit_params(change)
