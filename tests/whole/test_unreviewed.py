"""A build that drops rows without an edit, or insists on review."""

import re

import pytest

from tests.harness import Project


@pytest.mark.slow
def test_a_build_that_drops_or_insists(project: Project) -> None:
    """By `dvc repro`: a question without an edit is left out of answers and report, or stops the build by name."""
    edits = project.rows("data/edits/questions.ja.jsonl")
    (first, *rest) = project.rows("data/questions.en.jsonl")
    project.write_rows("data/edits/questions.ja.jsonl", [row for row in edits if row["id"] in {other["id"] for other in rest}])
    project.edit_params(lambda params: params["post_edit"].update(unreviewed="fail"))
    assert f"row '{first['id']}' is unreviewed" in project.repro("post_edit@questions", fails=True)
    project.edit_params(lambda params: params["post_edit"].update(unreviewed="drop"))
    project.repro()
    assert [row["id"] for row in project.rows("data/build/answers/good.jsonl")] == [row["id"] for row in rest]
    report = (project.root / "reports/dataset.md").read_text(encoding="utf-8")
    assert re.search(r"\| questions \| 3 \| \d \| 0 \| \d \| 0 \| 1 \|", report)
