"""Trials that take long are kept as they end, a line each, so that a run that was stopped goes on where it was."""

import json
from pathlib import Path
from typing import Any


def read(path: Path | None) -> list[dict[str, Any]]:
    """Return the trials that a file keeps; none where there is no file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path and path.is_file() else []


def add(path: Path | None, trial: dict[str, Any]) -> None:
    """Keep one more trial, where there is a file to keep it in."""
    if path:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(trial) + "\n")
