"""Check whether a revision's outputs were built from its own inputs, to warn reviewers of stale outputs."""

from typing import Any

from seedbed.diff.comparison import NotBuilt
from seedbed.diff.revisions import BUILD, Revision, document, lock_of, stages_of
from seedbed.pipeline.graph import mapping
from seedbed.project import paths
from seedbed.util.canonical import JsonObject


def not_built(at: Revision) -> list[NotBuilt]:
    """Return the stages whose inputs are others than `dvc.lock` says.

    Inputs that another stage writes are left out: that stage is named itself. Stages have the names of their own revision.
    """
    lock = lock_of(at)
    digests: dict[str, str | None] = {}
    rows: list[NotBuilt] = []
    for stage in stages_of(at):
        if stage not in lock:
            rows.append({"revision": at.name, "stage": stage, "why": ["never built"]})
            continue
        entry = mapping(lock[stage])
        why = []
        for dep in map(mapping, entry.get("deps") or []):
            path = str(dep.get("path"))
            if not path.startswith(BUILD):
                if path not in digests:
                    digests[path] = at.digest(path)
                if digests[path] != dep.get("md5"):
                    why.append(path)
        for file, values in mapping(entry.get("params")).items():
            why += [f"{file}: {name}" for name in _changed(document(at, str(file)), str(file), mapping(values))]
        if why:
            rows.append({"revision": at.name, "stage": stage, "why": why})
    return rows


def _changed(now: JsonObject, file: str, locked: JsonObject) -> list[str]:
    """Return the keys whose values are others than in the lock; a stage reads all keys of a prompt, the new ones too."""
    names = locked if file == paths.PARAMS.name else dict.fromkeys([*locked, *now])
    absent = object()
    return [str(name) for name in names if _value(now, str(name)) != locked.get(name, absent)]


def _value(params: Any, name: str) -> Any:
    """Return a value by its dotted name, as `dvc.lock` gives it; a whole file's keys have no dot."""
    for step in name.split("."):
        params = mapping(params).get(step)
    return params
