"""Detect a library change that needed a new edition: the same inputs produce different bytes.

`python -m seedbed.pipeline.edition_check OLD.lock NEW.lock` holds two `dvc.lock` files against each other: for each stage
whose command, dependencies and parameters are equal in both, the outputs must be equal. The newer one is that of a build
with `dvc repro --force` and `SEEDBED_OFFLINE=1`, so that neither DVC's run-cache nor another reply hides the library's own.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError, run
from seedbed.util.yaml12 import load_yaml


def unannounced_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return one sentence for each stage with equal inputs and other outputs; entries as in `dvc.lock`, by stage."""
    changed = []
    for stage, entry in new.items():
        before = old.get(stage)
        if before is None or any(before.get(name) != entry.get(name) for name in ("cmd", "deps", "params")):
            continue
        outs = {out["path"]: out["md5"] for out in before.get("outs", [])}
        paths = [out["path"] for out in entry.get("outs", []) if outs.get(out["path"]) != out["md5"]]
        if paths:
            name = stage.partition("@")[0]
            changed.append(
                f"{stage}: the same inputs give a different {', '.join(paths)}; raise {name} in seedbed/project/editions.py "
                "and describe the change in CHANGELOG.md"
            )
    return changed


def _stages(path: Path) -> JsonObject:
    """Return the entries of a `dvc.lock`, by stage.

    Raises:
        UserError: the file is none.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; give two dvc.lock files, the older one first")
    document = load_yaml(path)
    stages = {} if document is None else document.get("stages") if isinstance(document, dict) else None
    if not isinstance(stages, dict) or not all(isinstance(entry, dict) and _has_outs(entry) for entry in stages.values()):
        raise UserError(f"{path}: not a dvc.lock; `dvc repro` writes one, and git has the older one")
    return stages


def _has_outs(entry: Mapping[str, Any]) -> bool:
    outs = entry.get("outs", [])
    return isinstance(outs, list) and all(isinstance(out, dict) and out.keys() >= {"path", "md5"} for out in outs)


def main() -> None:
    """Compare the two files that the command line names."""
    if len(sys.argv) != 3:
        raise UserError("expected two files: python -m seedbed.pipeline.edition_check OLD.lock NEW.lock")
    old, new = (_stages(Path(name)) for name in sys.argv[1:])
    if changed := unannounced_changes(old, new):
        raise UserError("\n".join(changed))
    print(f"editions: {len(new)} stages compared; the same inputs give the same bytes")


if __name__ == "__main__":
    run(main)
