"""A project in the current folder."""

import pytest

from tests.harness import Project


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A tiny project, not built, in the current folder."""
    monkeypatch.chdir(project.root)
    return project


@pytest.fixture
def built_here(built: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A tiny project that has been built, in the current folder."""
    monkeypatch.chdir(built.root)
    return built
