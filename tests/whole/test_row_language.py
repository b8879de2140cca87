"""A corpus of several languages: what is in the target language is taken over, the rest is translated."""

import json
from collections import Counter
from typing import Any

import pytest

from seedbed.project.edits import make_edit
from tests.harness import Project, Server

SEEDS, QUESTIONS = "data/seed_tasks.en.jsonl", "data/questions.en.jsonl"
TRANSLATED, EDITED = "data/build/translated/seed_tasks.jsonl", "data/build/edited/seed_tasks.jsonl"
TRANSCRIPT = "data/build/responses/translate/seed_tasks.jsonl"
JAPANESE: dict[str, Any] = {
    "language": "ja",
    "instruction": "次の文を短くしてください。",
    "input": "昨日は雨が降っていたので、傘を持って出かけました。",
    "output": "昨日は雨で、傘を持って出かけました。",
}


def planned(project: Project, stage: str) -> int:
    """Return how many requests the plan says that a stage would send."""
    plan = json.loads(project.run("seedbed", "plan", "--json"))
    return sum(entry["new"] for entry in plan["stages"] if entry["stage"] == stage)


@pytest.mark.slow
def test_only_rows_of_another_language_are_sent(counted: Project, server: Server) -> None:
    """Both ways: Japanese rows of an English corpus, and English ones of a Japanese corpus; the plan says so before."""
    seeds = counted.rows(SEEDS)
    seeds[2] |= JAPANESE
    seeds[3] |= {"language": "de"}
    counted.write_rows(SEEDS, seeds)
    questions = counted.rows(QUESTIONS)
    counted.edit_params(lambda params: params["corpora"]["questions"].update(language="ja"))
    questions[0] |= {"language": "en"}
    counted.write_rows(QUESTIONS, questions)

    assert planned(counted, "translate@seed_tasks") == len(seeds) - 1
    assert planned(counted, "translate@questions") == 1
    assert server.take() == []
    counted.repro("post_edit@seed_tasks", "post_edit@questions")
    assert Counter(server.take()) == {"translated_task": len(seeds) - 1, "translated_question": 1}
    assert planned(counted, "translate@seed_tasks") == planned(counted, "translate@questions") == 0

    rows = counted.rows(TRANSLATED)
    assert [row["id"] for row in rows] == [row["id"] for row in seeds]
    assert [row["id"] for row in rows if row["made_by"] is None] == [seeds[2]["id"]]
    assert rows[2]["translation"] == rows[2]["source"] == {name: JAPANESE[name] for name in ("instruction", "input", "output")}
    assert [row.get("language") for row in rows[2:5]] == ["ja", "de", None]
    edited = counted.rows(EDITED)
    assert [row["status"] == "original" for row in edited] == [row["id"] == seeds[2]["id"] for row in seeds]
    assert edited[2]["instruction"] == JAPANESE["instruction"]
    assert not any("language" in row for row in edited)

    # Nothing is asked for the row that is taken over, and the others may be asked for once more.
    own, other = seeds[2]["id"], seeds[3]["id"]
    said = counted.run("seedbed", "again", "translate@seed_tasks", own, fails=True)
    assert f"translate@seed_tasks: row '{own}' is in the target language already" in said
    assert "1 row to be requested again" in counted.run("seedbed", "again", "translate@seed_tasks", other)


@pytest.mark.slow
def test_what_a_row_says_of_itself_changes_no_request_and_no_edit(counted: Project, server: Server) -> None:
    """The field is in no key and in no hash: edits of both kinds stay valid, and the same bytes come out."""
    counted.repro("translate@seed_tasks")
    server.take()
    edits: list[Any] = []
    rows: list[Any] = counted.rows(TRANSLATED)
    for row, added in zip(rows[:2], ("", "以上です。"), strict=True):
        fields = row["translation"] | {"output": row["translation"]["output"] + added}
        edits.append(make_edit(row, "task", fields, "aki", 10.0))
    assert [edit["decision"] for edit in edits] == ["approved", "edited"]
    counted.write_rows("data/edits/seed_tasks.ja.jsonl", sorted(edits, key=lambda edit: str(edit["id"])))
    counted.repro("post_edit@seed_tasks")
    before, transcript = counted.rows(EDITED), (counted.root / TRANSCRIPT).read_bytes()
    assert [row["status"] for row in before[:2]] == ["approved", "edited"]

    seeds = counted.rows(SEEDS)
    counted.write_rows(
        SEEDS, [row | {"language": language} for row, language in zip(seeds, ["de", "fr", *["en"] * 6], strict=True)]
    )
    assert planned(counted, "translate@seed_tasks") == 0
    counted.repro("post_edit@seed_tasks")
    assert server.take() == []
    assert (counted.root / TRANSCRIPT).read_bytes() == transcript
    assert counted.rows(EDITED) == before
    assert [row["language"] for row in counted.rows(TRANSLATED)] == ["de", "fr", *["en"] * 6]
