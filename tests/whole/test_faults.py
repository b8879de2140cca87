"""Faults at the wire, at every request: the build ends with the same bytes as an undisturbed one."""

import hashlib
import json
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Answer, Project, Server, completion, copy_project, make_tiny, reply_to

FOLDERS = tuple(f"data/build/{name}/" for name in ("translated", "edited", "answers", "judgments"))


def rows(project: Project) -> dict[str, bytes]:
    return {path: content for path, content in project.outputs().items() if path.startswith(FOLDERS)}


def too_slow(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    time.sleep(2.5)
    return 200, {}, completion(reply_to(body))


FAULTS: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "429": lambda body: (429, {}, b"{}"),
    "429, with a wait": lambda body: (429, {"retry-after": "1"}, b"{}"),
    "500": lambda body: (500, {}, b"{}"),
    "503": lambda body: (503, {}, b"<html>"),
    "the line breaks": lambda body: (0, {}, b""),
    "no body after the headers": lambda body: (200, {"content-length": "900"}, b""),
    "too slow": too_slow,
}


@pytest.mark.slow
def test_faults_change_no_byte(tmp_path: Path, server: Server, built_once: Project) -> None:
    """Each request meets a fault on its first try: one after the other, so that each fault is met twice."""
    project = copy_project(tmp_path / "project")
    make_tiny(project, base_url=server.url, timeout_s=2)
    met: dict[str, str] = {}
    faults = cycle(FAULTS)

    def fault(body: dict[str, Any], number: int) -> Answer | None:
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        if digest in met:
            return None
        met[digest] = next(faults)
        return FAULTS[met[digest]](body)

    server.fault = fault
    project.repro("judge@good-vs-thin")
    assert set(met.values()) == set(FAULTS), "a fault was never met"
    expected = rows(built_once)
    assert rows(project) == {path: expected[path] for path in rows(project)}
    assert len(rows(project)) == 1 + 1 + 2 + 1
