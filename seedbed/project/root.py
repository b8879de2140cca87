"""Find the project that a command was called for."""

from pathlib import Path


def find_project(folder: Path) -> Path | None:
    """Return the nearest project at or above `folder`: where `dvc.yaml` and `params.yaml` are. None where there is none."""
    for candidate in (folder, *folder.parents):
        if all((candidate / name).is_file() for name in ("dvc.yaml", "params.yaml")):
            return candidate
    return None
