"""Schemas: the replies' are the project's, all others the library's."""

import shutil
from pathlib import Path

import pytest

from seedbed.util.errors import UserError
from seedbed.util.schemas import first_problem, load_schema
from tests.harness import ROOT

JUDGMENT = {"explanation": "よい。", "verdict": "A"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with schemas of its own, as the current folder."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_reply_is_held_against_the_projects_schema(project: Path) -> None:
    assert first_problem(JUDGMENT, "replies/judgment") is None
    other = project / "other"
    shutil.copytree(project / "schemas", other / "schemas")
    path = other / "schemas" / "replies" / "judgment.schema.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"explanation"', '"reason"'), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(other)
        assert "reason" in load_schema("replies/judgment")["properties"]
        assert first_problem(JUDGMENT, "replies/judgment") is not None
    assert first_problem(JUDGMENT, "replies/judgment") is None


def test_rows_and_params_are_held_against_the_librarys(project: Path) -> None:
    for name in ("rows/question", "params", "prompt"):
        (project / "schemas" / f"{name}.schema.json").write_text("{}", encoding="utf-8")
        assert load_schema(name)["type"] == "object"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no such file; restore it, or run this in the project's folder"),
        ("{", "not a JSON object: "),
        ("[]", "expected a JSON object, found list"),
        ('{"type": "text"}', "not a JSON Schema (draft 2020-12): "),
    ],
)
def test_a_reply_schema_that_cannot_be_used(project: Path, text: str | None, said: str) -> None:
    path = project / "schemas" / "replies" / "judgment.schema.json"
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        first_problem(JUDGMENT, "replies/judgment")
    assert str(raised.value).startswith(f"schemas/replies/judgment.schema.json: {said}")
    assert "\n" not in str(raised.value)
