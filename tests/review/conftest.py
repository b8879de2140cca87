"""A small project to review."""

from pathlib import Path

import pytest

from tests.review.project import make_review_project


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder: four questions, a seed task, the answers of three models, and a store beside them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDBED_STORE", str(tmp_path / "store" / "store.sqlite"))
    make_review_project(tmp_path)
