"""Compare prompts and parameters."""

from pathlib import PurePosixPath
from typing import Any

from seedbed.diff.comparison import Change, Leaf, PromptChange, PromptKey, Side
from seedbed.diff.revisions import Revision, document, params_of


def prompts(old: Revision, new: Revision) -> list[PromptChange]:
    """Return each prompt that changed, with the keys that did.

    A comment or the order of keys is no change: it changes no request.
    """
    rows: list[PromptChange] = []
    paths = {path for side in (old, new) for path in side.files("prompts") if path.endswith(".yaml")}
    for path in sorted(paths):
        before, after = old.read(path), new.read(path)
        if before == after:
            continue
        change: Change = "added" if before is None else "removed" if after is None else "changed"
        keys: list[PromptKey] = [
            {"key": leaf["name"], "old": _text(leaf["old"]), "new": _text(leaf["new"])}
            for leaf in leaves(document(old, path), document(new, path))
        ]
        if keys:
            rows.append({"prompt": PurePosixPath(path).stem, "change": change, "keys": keys})
    return rows


def parameters(old: Revision, new: Revision) -> list[Leaf]:
    """Return each parameter that changed, leaf by leaf, such as `judge.params.temperature`."""
    return leaves(params_of(old), params_of(new))


def leaves(old: Any, new: Any, name: str = "") -> list[Leaf]:
    """Return the leaves of two mappings that differ; a list is a leaf, and so is a mapping that became something else."""
    if isinstance(old, dict) and isinstance(new, dict):
        absent = object()
        rows: list[Leaf] = []
        for key in dict.fromkeys([*old, *new]):
            full = f"{name}.{key}" if name else str(key)
            before, after = old.get(key, absent), new.get(key, absent)
            if before is absent or after is absent:
                rows += _one_sided(full, new[key] if before is absent else old[key], "old" if before is absent else "new")
            else:
                rows += leaves(before, after, full)
        return rows
    # In Python True == 1 and 1 == 1.0; a request with `true` is another one than with `1`.
    same = old == new and type(old) is type(new)
    return [] if same else [{"name": name, "old": old, "new": new, "lacking": None}]


def _one_sided(name: str, value: Any, lacking: Side) -> list[Leaf]:
    if isinstance(value, dict) and value:
        return [leaf for key, inner in value.items() for leaf in _one_sided(f"{name}.{key}", inner, lacking)]
    old, new = (None, value) if lacking == "old" else (value, None)
    return [{"name": name, "old": old, "new": new, "lacking": lacking}]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
