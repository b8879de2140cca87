"""Which stages would run, and why: direct changes as reported by DVC, the rest by its graph."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from seedbed.pipeline.graph import dvc_repo, feeds, stages_of, with_all_before
from seedbed.project import paths
from seedbed.project.lock import locked_stages
from seedbed.util.canonical import JsonObject
from seedbed.util.yaml12 import load_yaml

NEVER_BUILT = "never built"
"""Why a stage would run that `dvc.lock` does not name; there is no other reason then."""


class Status:
    """The state of the pipeline against `dvc.lock`.

    Args:
        stages: those to look at, and at all that they rest on; every stage where none are named.

    Raises:
        UserError: DVC cannot read the pipeline, or `dvc.lock` is damaged.
    """

    def __init__(self, stages: Iterable[str] | None = None) -> None:
        from dvc.repo import lock_repo

        self._lock = locked_stages(paths.DVC_LOCK)
        self._sources: dict[str, list[str]] = {}
        self._why: dict[str, list[str]] = {}
        self._changes: JsonObject = {}
        with dvc_repo() as repo, lock_repo(repo):  # without its lock DVC reads every file anew for each question
            self._stages = {stage.name: stage for stage in stages_of(repo)}
            looked_at = self.needed_by(self._stages if stages is None else [name for name in stages if name in self._stages])
            for stage in repo.index.stages:
                if stage.addressing in looked_at:
                    self._changes |= stage.status(check_updates=True)

    @property
    def names(self) -> list[str]:
        """The stages, in flow order."""
        return list(self._stages)

    def _before(self, name: str) -> list[str]:
        """Return the stages that a stage reads from."""
        if name not in self._sources:
            stage = self._stages[name]
            self._sources[name] = [other.name for other in self._stages.values() if other is not stage and feeds(other, stage)]
        return self._sources[name]

    def needed_by(self, targets: Iterable[str]) -> set[str]:
        """Return the stages that some targets name, and all that they rest on; see `with_all_before`."""
        return with_all_before(targets, list(self._stages.values()))

    def why(self, name: str) -> list[str]:
        """Return what changed for a stage, in words; empty where it would not run, or where there is no such stage."""
        if name not in self._stages:
            return []
        if name not in self._why:
            changed = [other for other in self._before(name) if self.why(other)]
            direct = self._direct(name)
            rests = [f"rests on {', '.join(changed)}"] if changed and direct != [NEVER_BUILT] else []
            self._why[name] = direct + rests
        return self._why[name]

    def _direct(self, stage: str) -> list[str]:
        if stage not in self._lock:
            return [NEVER_BUILT]
        words: list[str] = []
        outs: dict[str, str] = {}
        for change in self._changes.get(stage, []):
            if isinstance(change, str):
                words.append(change)
                continue
            for path, state in change.get("changed deps", {}).items():
                words += self._params_changed(stage, path, state) if isinstance(state, dict) else self._dep(path, state)
            outs |= change.get("changed outs", {})
        words += [f"{path} is {state}" for path, state in outs.items()]
        if words and all(word.endswith((" is deleted", " is not in cache")) for word in words):
            there = all(Path(path).exists() for path in outs)
            what = "its files are another build's, and those of dvc.lock are not in the cache" if there else "never built here"
            return [f"{what}; `dvc pull` downloads what dvc.lock names, if somebody pushed it"]
        return words

    def _dep(self, path: str, state: str) -> list[str]:
        """A changed dependency; one that another stage writes is in that stage's reasons."""
        return [] if paths.BUILD in Path(path).parents else [f"{path} {state}"]

    def _params_changed(self, stage: str, path: str, keys: dict[str, str]) -> list[str]:
        """Name the parameters that changed, down to the leaf."""
        locked = self._lock[stage].get("params", {}).get(path, {})
        now: Any = load_yaml(Path(path)) if Path(path).is_file() else {}
        words = []
        for key in keys:
            current = now
            for step in key.split(".") if path == str(paths.PARAMS) else [key]:
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
