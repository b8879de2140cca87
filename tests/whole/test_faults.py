"""Faults at the wire, at a stated rate: the build ends with the same bytes as an undisturbed one."""

import hashlib
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Project, Server, completion, copy_project, make_tiny, reply_to

RATE = 0.3
"""Share of the requests that meet the fault on their first try."""


FOLDERS = tuple(f"data/build/{name}/" for name in ("translated", "edited", "answers", "judgments"))


def rows(project: Project) -> dict[str, bytes]:
    return {path: content for path, content in project.outputs().items() if path.startswith(FOLDERS)}


def first_try(server: Server, spoil: Any) -> Counter[str]:
    """Let a third of the requests fail on their first try; return the counter of how often."""
    met: Counter[str] = Counter()

    def fault(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes] | None:
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        if int(digest, 16) % 1000 < RATE * 1000 and not met[digest]:
            met[digest] += 1
            return spoil(body)  # type: ignore[no-any-return]
        return None

    server.fault = fault
    return met


def too_slow(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    time.sleep(2.5)
    return 200, {}, completion(reply_to(body))


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda body: (429, {}, b"{}"), id="429"),
        pytest.param(lambda body: (429, {"retry-after": "1"}, b"{}"), id="429-retry-after"),
        pytest.param(lambda body: (500, {}, b"{}"), id="500"),
        pytest.param(lambda body: (503, {}, b"<html>"), id="503"),
        pytest.param(lambda body: (0, {}, b""), id="reset"),
        pytest.param(lambda body: (200, {"content-length": "900"}, b""), id="stops-after-headers"),
        pytest.param(too_slow, id="read-time-out"),
    ],
)
def test_a_fault_changes_no_byte(tmp_path: Path, server: Server, built_once: Project, spoil: Any) -> None:
    project = copy_project(tmp_path / "project")
    make_tiny(project, base_url=server.url, timeout_s=2)
    met = first_try(server, spoil)
    project.repro("judge@good-vs-thin")
    assert met, "the fault was never met"
    expected = rows(built_once)
    assert rows(project) == {path: expected[path] for path in rows(project)}
    assert len(rows(project)) == 1 + 1 + 2 + 1
