"""A row that a person rejects leaves the build, and only confirmed rows stay where the project asks for that."""

import json
from typing import Any

import pytest

from seedbed.project.edits import make_edit
from seedbed.project.sign_off import confirm, reject
from tests.harness import Project, Server

TRANSLATED, EDITED = "data/build/translated/questions.jsonl", "data/build/edited/questions/questions.jsonl"
EDITS = "data/edits/questions.ja.jsonl"


@pytest.mark.slow
def test_rejected_rows_leave_and_confirmed_ones_stay(built: Project, server: Server) -> None:
    """Three questions: one is rejected, one edited, one edited and confirmed; nothing is asked but what follows from it."""
    rows: list[Any] = built.rows(TRANSLATED)
    bad, edited, signed = (row["id"] for row in rows)
    texts = [f"{row['translation']['text']}（改）" for row in rows]
    edits: list[Any] = [make_edit(row, "question", {"text": texts[at]}, "aki", 5.0) for at, row in enumerate(rows) if at]
    edits[1] = confirm(rows[2], edits[1], "ben")
    built.write_rows(EDITS, [{**reject(rows[0], "question", None, "ben", "no answer here")}, *edits])

    said = json.loads(built.run("seedbed", "plan", "--json"))
    new = {stage["stage"]: stage["new"] for stage in said["stages"]}
    assert (new["answer@good"], new["answer@thin"], new["judge@good-vs-thin"]) == (2, 2, 4)
    built.repro("post_edit@questions", "judge@good-vs-thin", "dataset")
    assert len(server.take()) == 8
    assert {row["id"]: row["status"] for row in built.rows(EDITED)} == {edited: "edited", signed: "edited"}
    assert {row["id"] for row in built.rows("data/build/answers/good.jsonl")} == {edited, signed}
    effort = json.loads((built.root / "reports/dataset.json").read_text(encoding="utf-8"))["effort"]
    assert (effort["rejected"], effort["confirmed"]) == (1, 1)
    summary = (built.root / "reports/dataset.md").read_text(encoding="utf-8")
    assert "| rejected | confirmed |" in " ".join(summary.split())
    assert f"{EDITS}: 1 row rejected ({bad}); left out of the build" in built.run("seedbed", "check")
    assert "rejected by ben: no answer here" in built.run("seedbed", "explain", f"question:{bad}")
    assert "rejected; nothing depends on it yet" in built.run("seedbed", "impact", f"question:{bad}")
    assert "by ben" in built.run("seedbed", "explain", f"question:{signed}", "--full")

    built.edit_params(lambda params: params["post_edit"].update(require="confirmed"))
    built.repro("post_edit@questions")
    assert [row["id"] for row in built.rows(EDITED)] == [edited, signed]  # use: as they are
    built.edit_params(lambda params: params["post_edit"].update(unreviewed="drop"))
    built.repro("post_edit@questions")
    assert [row["id"] for row in built.rows(EDITED)] == [signed]
    assert "dropped, it is edited and not confirmed (post_edit.unreviewed)" in built.run(
        "seedbed", "explain", f"question:{edited}"
    )
    built.edit_params(lambda params: params["post_edit"].update(unreviewed="fail"))
    words = f"row '{edited}' is edited and not confirmed by a second person, and post_edit.unreviewed is 'fail'"
    assert words in built.repro("post_edit@questions", fails=True)
    assert server.take() == []
