"""One tiny build, to look at or to change a copy of."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Answer, Project, build_once, completion, kind_of, make_tiny, reply_to, serve
from tests.trace.trees import HOSTILE, SAME


def faults(body: dict[str, Any], number: int) -> Answer | None:
    """One instruction that comes again and again; one answer full of markup."""
    if kind_of(body) == "instructions":
        reply = json.loads(reply_to(body))
        reply["instructions"][1]["instruction"] = SAME
        return 200, {}, completion(json.dumps(reply))
    if kind_of(body) == "answer" and body["model"] == "stand-in-thin":
        return 200, {}, completion(HOSTILE)
    return None


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A build on a server that writes flawed replies: `faults`, and one answer that is empty at first."""
    empty: list[str] = []

    def first_empty(body: dict[str, Any], number: int) -> Answer | None:
        if kind_of(body) == "answer" and body["model"] == "stand-in-good" and not empty:
            empty.append(body["messages"][-1]["content"])
            return 200, {}, completion("")
        return faults(body, number)

    def make(project: Project) -> None:
        with serve() as server:
            make_tiny(project, base_url=server.url, max_concurrency=1)
            server.fault = first_empty
            project.build()

    return build_once(tmp_path_factory.getbasetemp(), "traced", make).copy(tmp_path_factory.mktemp("trace") / "project")


@pytest.fixture
def project(built: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The build, to look at and not to change."""
    monkeypatch.chdir(built.root)
    return built


@pytest.fixture
def edited(built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of the build, to change."""
    copy = built.copy(tmp_path / "project")
    monkeypatch.chdir(copy.root)
    return copy
