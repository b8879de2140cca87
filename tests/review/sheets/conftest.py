"""A project to export and to import."""

from pathlib import Path

import pytest

from tests.harness import ROOT, without_conversations
from tests.review.sheets.translator import TEXTS, build, question, task


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with five questions and two tasks, translated, not reviewed."""
    for name in ("params.yaml", "data/review/ja.yaml", "data/review/en.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(without_conversations(text), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDBED_STORE", str(tmp_path / "store.sqlite"))
    build([question(place, text) for place, text in enumerate(TEXTS)], [task("t0"), task("t1", input="入力です。")])
    return tmp_path
