"""Whether a revision's outputs are those of its own inputs: a reviewer must know when nobody built after the edit."""

import json
from hashlib import md5
from typing import Any

from seedbed.diff.revisions import BUILD, Revision, document, mapping
from seedbed.project.params import Params
from seedbed.util.rows import Row


def not_built(at: Revision) -> list[Row]:
    """Return the stages whose inputs are others than `dvc.lock` says: `{"revision", "stage", "why": […]}`.

    Inputs that another stage writes are left out: that stage is told itself.
    """
    params = document(at, "params.yaml")
    lock = mapping(document(at, "dvc.lock").get("stages"))
    digests: dict[str, str | None] = {}
    found = []
    for stage in _stages(params):
        if stage not in lock:
            found.append({"revision": at.name, "stage": stage, "why": ["never built"]})
            continue
        entry = mapping(lock[stage])
        why = []
        for dep in map(mapping, entry.get("deps") or []):
            path = str(dep.get("path"))
            if not path.startswith(BUILD):
                if path not in digests:
                    digests[path] = _digest(at, path)
                if digests[path] != dep.get("md5"):
                    why.append(path)
        for file, values in mapping(entry.get("params")).items():
            now = params if file == "params.yaml" else document(at, str(file))
            why += [f"{file}: {name}" for name, value in mapping(values).items() if _value(now, str(name)) != value]
        if why:
            found.append({"revision": at.name, "stage": stage, "why": why})
    return found


def _stages(params: Params) -> list[str]:
    """Return the names of the stages, in flow order, as `dvc.yaml` makes them of the parameters."""
    corpora, models, matches = (mapping(params.get(name)) for name in ("corpora", "models", "matches"))
    return [
        *(f"translate@{name}" for name in corpora),
        *("post_edit@seed_tasks", "post_edit@questions", "generate", "filter", "export"),
        *(f"answer@{name}" for name in models),
        *(f"judge@{name}" for name in matches),
        "report",
    ]


def _digest(at: Revision, path: str) -> str | None:
    """Return the MD5 of a file or folder as DVC computes it; None where there is none."""
    content = at.read(path)
    if content is not None:
        return _md5(content)
    # DVC's digest of a folder is that of the list of its files.
    files = [{"md5": _md5(at.read(file) or b""), "relpath": file[len(path) + 1 :]} for file in at.files(path)]
    listed = json.dumps(sorted(files, key=lambda file: file["relpath"]), sort_keys=True)
    return f"{_md5(listed.encode())}.dir" if files else None


def _md5(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()


def _value(params: Any, name: str) -> Any:
    """Return a value by its dotted name, as `dvc.lock` gives it; a whole file's keys have no dot."""
    for step in name.split("."):
        params = mapping(params).get(step)
    return params
