"""Read `dvc.lock`: command, dependencies, parameters and outputs of each stage."""

from pathlib import Path
from typing import Any, TypedDict

from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError
from seedbed.util.yaml12 import load_yaml

CONFLICT = "merge conflict; `seedbed resolve` takes one side, collects the responses of both, and builds"


class LockedFile(TypedDict, total=False):
    """A dependency or an output as DVC last saw it; `path` is always there."""

    path: str
    hash: str
    md5: str
    size: int
    nfiles: int


class LockedStage(TypedDict, total=False):
    """A stage as it was last built; `params` are by file, and by their dotted names."""

    cmd: str
    deps: list[LockedFile]
    params: dict[str, JsonObject]
    outs: list[LockedFile]


def locked_stages(path: Path, text: str | None = None) -> dict[str, LockedStage]:
    """Return the stages of a `dvc.lock` by name; none where there is no such file.

    Of each stage, `params` is a mapping of mappings, and `deps` and `outs` are lists of mappings that have a `path`.

    Args:
        path: the file, for messages too.
        text: its text, where it is not to be read from the file.

    Raises:
        UserError: it is not what DVC writes.
    """
    if text is None and not path.is_file():
        return {}
    mend = "" if text is not None else "; if an interrupted `dvc` left a partial file, `seedbed check` repairs it"
    try:
        document = load_yaml(path, text)
    except UserError as error:
        raise UserError(f"{path}: {CONFLICT}" if ": merge conflict (" in str(error) else f"{error}{mend}") from None
    problem = _problem(document)
    if problem:
        raise UserError(f"{path}: {problem}{mend}")
    stages: dict[str, LockedStage] = document.get("stages") or {}
    return stages


def _problem(document: Any) -> str | None:
    """Return what makes a document unlike DVC's, with its field; None where nothing does."""
    if not isinstance(document, dict):
        return f"expected what DVC writes, found {str(document)[:40]!r}"
    stages = document.get("stages") or {}
    if not isinstance(stages, dict):
        return f"stages: expected a mapping, found {str(stages)[:40]!r}"
    for name, entry in stages.items():
        if not isinstance(entry, dict):
            return f"stages.{name}: expected a mapping, found {str(entry)[:40]!r}"
        for field in ("deps", "outs"):
            files = entry.get(field, [])
            if not isinstance(files, list) or not all(isinstance(file, dict) and "path" in file for file in files):
                return f"stages.{name}.{field}: expected a list of files, each with its path"
        params = entry.get("params", {})
        if not isinstance(params, dict) or not all(isinstance(keys, dict) for keys in params.values()):
            return f"stages.{name}.params: expected a mapping of files, each with its parameters"
    return None
