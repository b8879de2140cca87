"""Which stages would run, and why: DVC's own word on direct changes, and the way of the data for the rest."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from seedbed.project.params import Params
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml


class Status:
    """The state of the pipeline against `dvc.lock`.

    Args:
        params: the whole of `params.yaml`.
    """

    def __init__(self, params: Params) -> None:
        self._params = params
        self._lock = _locked(Path("dvc.lock"))
        self._changes = _dvc_status()

    def why(self, stage: str) -> list[str]:
        """Return what changed for `stage`, in words; empty where it would not run."""
        rests = [other for other in self._before(stage) if self.why(other)]
        return self._direct(stage) + ([f"rests on {', '.join(rests)}"] if rests else [])

    def _before(self, stage: str) -> list[str]:
        """The LLM and post-edit stages that `stage` reads from."""
        name, _, key = stage.partition("@")
        match name:
            case "post_edit":
                return [f"translate@{key}"]
            case "generate":
                return ["post_edit@seed_tasks", "post_edit@questions"]
            case "answer":
                return ["post_edit@questions"]
            case "judge":
                match_ = self._params["matches"][key]
                return ["post_edit@questions", f"answer@{match_['model']}", f"answer@{match_['baseline']}"]
        return []

    def _direct(self, stage: str) -> list[str]:
        if stage not in self._lock:
            return ["never built"]
        words = []
        for change in self._changes.get(stage, []):
            if isinstance(change, str):
                words.append(change)
                continue
            for path, state in change.get("changed deps", {}).items():
                words += self._params_changed(stage, path, state) if isinstance(state, dict) else self._dep(path, state)
            words += [f"{path} is {state}" for path, state in change.get("changed outs", {}).items()]
        return words

    def _dep(self, path: str, state: str) -> list[str]:
        """A changed dependency; one that another stage writes is told by that stage."""
        return [] if path.startswith("data/build/") else [f"{path} {state}"]

    def _params_changed(self, stage: str, path: str, keys: dict[str, str]) -> list[str]:
        """Name the parameters that changed, down to the leaf."""
        locked = self._lock[stage].get("params", {}).get(path, {})
        now: Any = load_yaml(Path(path)) if Path(path).is_file() else {}
        words = []
        for key in keys:
            current = now
            for step in key.split(".") if path == "params.yaml" else [key]:
                current = current.get(step) if isinstance(current, dict) else None
            words += [f"{path}: {leaf}" for leaf in _leaves(key, locked.get(key), current)]
        return words


def _leaves(name: str, old: Any, new: Any) -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = dict.fromkeys([*old, *new])
        return [
            leaf
            for key in keys
            if old.get(key) != new.get(key)
            for leaf in _leaves(f"{name}.{key}", old.get(key), new.get(key))
        ]
    return [name]


def _locked(path: Path) -> dict[str, Any]:
    """The stages of `dvc.lock` by name; none where there is no such file."""
    if not path.is_file():
        return {}
    mend = "where a stopped `dvc` left half a file, `seedbed check` mends it"
    try:
        document = load_yaml(path)
    except UserError as error:
        raise UserError(f"{error}; {mend}") from None
    if not isinstance(document, dict):
        raise UserError(f"{path}: expected what DVC writes, found {str(document)[:40]!r}; {mend}")
    stages: dict[str, Any] = document.get("stages") or {}
    return stages


def _dvc_status() -> dict[str, Any]:
    command = [sys.executable, "-m", "dvc", "status", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        words = said[-1].removeprefix("ERROR: ") if said else "failed"
        if "is not a git repository" in words:
            words += "; `make repro` builds without git, as `dvc config --local core.no_scm true` lets DVC do"
        raise UserError(f"dvc status: {words}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
