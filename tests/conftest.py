"""Fixtures: a clean environment, a counting server, a tiny project."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import ROOT, Project, Server, copy_project, make_tiny, serve


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(("SEEDBED_", "OPENAI_", "DVC_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of real public data; tests that use it are skipped where there is none, but never in CI."""
    folder = Path(os.environ.get("SEEDBED_REFERENCE", ROOT.parent / "shared" / "reference"))
    if not folder.is_dir():
        message = f"no reference data at {folder}; set SEEDBED_REFERENCE to its folder"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server that counts."""
    with serve() as made:
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A tiny project on the stand-in."""
    made = copy_project(tmp_path / "project")
    make_tiny(made)
    return made


@pytest.fixture
def counted(tmp_path: Path, server: Server) -> Project:
    """A tiny project that talks to the counting server."""
    made = copy_project(tmp_path / "project")
    make_tiny(made, base_url=server.url, max_retries=3)
    return made
