"""Edits in, effort out: what was changed, how long it took, what keeps being changed; and what an unreviewed row does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.filtering.tokenisers import character, load_tokeniser, space
from seedbed.project.corpora import FIELDS
from seedbed.project.params import load_params
from seedbed.reporting.effort import load_effort, machine_text, replaced, words_and_marks
from seedbed.reporting.human_sections import effort_parts
from seedbed.steps.post_editing import edited
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.tables import Tables
from tests.harness import Project

Row = dict[str, Any]
CHARACTERS = {"name": "character"}


def translated(id: str, machine: str | None, source: str = "s") -> Row:
    translation = None if machine is None else {"text": machine}
    return {"id": id, "category": "c", "source": {"text": source}, "translation": translation, "made_by": {"recorded": "r"}}


def edit(id: str, text: str, on: str, source: str = "s", **more: Any) -> Row:
    """Return an edit of the machine text `on`, which it does not carry."""
    return {
        **{"id": id, "decision": "approved" if text == on else "edited", "fields": {"text": text}},
        **{"source_hash": content_hash({"text": source}), "machine_hash": content_hash({"text": on})},
        **more,
    }


def made(
    folder: Path, rows: list[Row], edits: list[Row], tokeniser: Row | None = None, tasks: list[Row] | None = None
) -> Tables:
    """Return the tables of a corpus of questions, and of one of seed tasks that is empty where none are given."""
    (folder / "translated").mkdir(exist_ok=True)
    for name, lines in (("translated/questions", rows), ("translated/seed_tasks", tasks or []), ("questions.ja", edits)):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    corpora = {"questions": {"kind": "question"}, "seed_tasks": {"kind": "task"}}
    params = {"language": "ja", "corpora": corpora, "filter": {"tokeniser": tokeniser or CHARACTERS}}
    tables = Tables()
    load_effort(tables, folder, folder, params)
    return tables


def total(tables: Tables) -> Row:
    *_, last = tables.query("effort")
    assert last["corpus"] == "all"
    return last


ROWS = [
    translated("same", "猫です。"),
    translated("mended", "犬がいる"),
    translated("newer", "鳥が飛びます"),
    translated("other", "新しい原文", source="new"),
    translated("nobody", "誰も見ない"),
    translated("failed", None),
]
EDITS = [
    edit("same", "猫です。", "猫です。", editor="ann", seconds=30),
    edit("mended", "犬がいます", "犬がいる", editor="ann", seconds=90),
    edit("newer", "鳥が飛ぶ", "鳥は飛ぶ", machine={"text": "鳥は飛ぶ"}, editor="ben"),
    edit("other", "古い訳", "古い原文"),
    edit("failed", "訳", "機械"),
    edit("gone", "消えた", "消えた文", machine={"text": "消えた文"}),
]


def test_a_table_worked_by_hand(tmp_path: Path) -> None:
    tables = made(tmp_path, ROWS, EDITS)
    found = total(tables)
    statuses = ("rows", "edited", "outdated", "approved", "stale", "unreviewed", "failed", "orphaned")
    assert [found[name] for name in statuses] == [6, 1, 1, 1, 1, 1, 1, 1]
    assert (found["edits"], found["known"]) == (6, 4)  # not known: other (the source changed, no text kept), failed
    # same 0, mended る → ます 2, newer は → が 1, gone 文 1; over 4 + 5 + 4 + 3 characters.
    assert found["characters_changed"] == 4
    assert found["hter"] == round(100 * 4 / 16, 2)
    # The source holds for same, mended and newer; the last has another machine text now: びます to ぶ is 3.
    assert (found["holding"], found["machine_changed"], found["compared"]) == (3, 1, 3)
    assert found["hter_then"] == round(100 * 3 / 13, 2)
    assert found["hter_now"] == found["hter_now_all"] == round(100 * (0 + 2 + 3) / 13, 2)
    assert (found["timed"], found["minutes"], found["minutes_per_row"]) == (2, 2.0, 1.0)


def test_editors(tmp_path: Path) -> None:
    found = {row["editor"]: row for row in made(tmp_path, ROWS, EDITS).query("editors")}
    assert list(found) == ["(not recorded)", "ann", "ben"]
    assert (found["ann"]["edits"], found["ann"]["approved"], found["ann"]["characters_changed"]) == (2, 1, 2)
    assert (found["ann"]["timed"], found["ann"]["minutes"]) == (2, 2.0)
    assert (found["ben"]["timed"], found["ben"]["minutes"], found["ben"]["minutes_per_row"]) == (0, None, None)


def test_rows_add_up_by_corpus_and_in_all(tmp_path: Path) -> None:
    fields = dict.fromkeys(FIELDS["task"], "文")
    tasks = [{"id": "t", "source": fields, "translation": fields, "made_by": None}]
    tables = made(tmp_path, ROWS, EDITS, tasks=tasks)
    rows = {row["corpus"]: row for row in tables.query("effort")}
    assert list(rows) == ["seed_tasks", "questions", "all"]
    assert (rows["seed_tasks"]["rows"], rows["seed_tasks"]["original"], rows["seed_tasks"]["hter"]) == (1, 1, None)
    assert rows["all"]["rows"] == 7
    for row in rows.values():
        kinds = ("edited", "outdated", "approved", "stale", "unreviewed", "original", "failed")
        assert sum(row[name] for name in kinds) == row["rows"]


def test_a_new_machine_text_is_weighed_before_anyone_edits_again(tmp_path: Path) -> None:
    edits = [edit("q", "次の文を訳してください。", "以下の文を訳して。", machine={"text": "以下の文を訳して。"})]
    better = total(made(tmp_path, [translated("q", "次の文を訳してください")], edits))
    worse = total(made(tmp_path, [translated("q", "あなたは以下を訳すべきです")], edits))
    assert better["hter_then"] == worse["hter_then"]
    assert better["hter_now"] < better["hter_then"] < worse["hter_now"]
    assert better["machine_changed"] == 1


def test_an_edit_without_its_machine_text_is_weighed_by_the_new_one_alone(tmp_path: Path) -> None:
    found = total(made(tmp_path, [translated("q", "新訳")], [edit("q", "訳", "旧訳")]))
    assert (found["holding"], found["compared"], found["hter"], found["hter_then"], found["hter_now"]) == (
        1,
        0,
        None,
        None,
        None,
    )
    assert found["hter_now_all"] == 100.0


def test_nobody_edited(tmp_path: Path) -> None:
    tables = made(tmp_path, ROWS, [])
    assert total(tables)["hter"] is None
    assert tables.query("editors") == tables.query("corrections") == []
    assert effort_parts(tables)[-1].startswith("Nobody has edited a row yet")


def test_words_are_counted_where_the_language_has_them(tmp_path: Path) -> None:
    """the → a, and a full stop: 2 of 4."""
    tables = made(tmp_path, [translated("q", "The cat sat")], [edit("q", "A cat sat.", "The cat sat")], {"name": "space"})
    assert total(tables)["hter"] == 50.0
    assert total(tables)["characters_changed"] == 4


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("ab c.", max_size=12), st.text("ab c.", max_size=12).map(lambda text: text + ".")),
        min_size=1,
        max_size=4,
    )
)
def test_hter_rests_on_nltks_edit_distance(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]) -> None:
    from nltk.metrics.distance import edit_distance  # type: ignore[import-untyped]

    rows = [translated(f"q{n}", machine) for n, (machine, _) in enumerate(pairs)]
    edits = [edit(f"q{n}", text, machine) for n, (machine, text) in enumerate(pairs)]
    folder = tmp_path_factory.mktemp("hter")
    characters = sum(edit_distance(machine, text) for machine, text in pairs)
    found = total(made(folder, rows, edits))
    assert found["characters_changed"] == characters
    assert found["hter"] == pytest.approx(100 * characters / sum(len(text) for _, text in pairs), abs=0.006)
    words = [(words_and_marks(machine, space), words_and_marks(text, space)) for machine, text in pairs]
    length = sum(len(after) for _, after in words)
    expected = 100 * sum(edit_distance(before, after) for before, after in words) / length if length else None
    assert total(made(folder, rows, edits, {"name": "space"}))["hter"] == pytest.approx(expected, abs=0.006)


def test_corrections_are_spans_of_words() -> None:
    sudachi = load_tokeniser(load_params()["filter"]["tokeniser"])
    assert list(replaced("あなたは学生ですか？", "学生ですか。", sudachi)) == [("あなたは", ""), ("?", "。")]
    assert list(replaced("The red Cat sat", "The old, red cat stood up", space)) == [("", "old,"), ("sat", "stood up")]
    assert list(replaced("", "", space)) == list(replaced("Ａ b", "a  B", space)) == []
    assert list(replaced("Она пришла домой", "Он пришёл домой", space)) == [("она пришла", "он пришёл")]


@given(st.text("ab cé.ｶﾞ", max_size=15), st.text("ab cé.ｶﾞ", max_size=15), st.sampled_from([space, character]))
def test_no_span_is_put_in_its_own_place(machine: str, text: str, tokenise: Any) -> None:
    spans = list(replaced(machine, text, tokenise))
    assert all(before != after for before, after in spans)
    assert bool(spans) == (words_and_marks(machine, tokenise) != words_and_marks(text, tokenise))


def test_corrections_of_two_rows_at_least_most_frequent_first(tmp_path: Path) -> None:
    texts = {f"q{n}": (f"あ{n}以下", f"あ{n}次") for n in range(3)}
    texts |= {"r1": ("私は猫", "猫"), "r2": ("私は犬", "犬"), "once": ("甲甲甲", "甲乙甲丙")}
    rows = [translated(id, machine) for id, (machine, _) in texts.items()]
    edits = [edit(id, text, machine) for id, (machine, text) in texts.items()]
    assert made(tmp_path, rows, edits).query("corrections") == [
        {"machine": "以下", "edited": "次", "rows": 3, "times": 3},
        {"machine": "私は", "edited": "", "rows": 2, "times": 2},
    ]


def test_a_correction_is_shown_as_text(tmp_path: Path) -> None:
    rows = [translated(id, "<b>|x") for id in "ab"]
    tables = made(tmp_path, rows, [edit(id, "![](y)", "<b>|x") for id in "ab"], {"name": "space"})
    shown = "\n\n".join(effort_parts(tables))
    assert "| &lt;b>\\|x | !\\[\\](y) | 2 | 2 |" in shown


def test_the_machine_text_an_edit_was_made_on() -> None:
    row = translated("q", "now")
    assert machine_text(row, edit("q", "x", "now")) == {"text": "now"}
    assert machine_text(row, edit("q", "x", "then")) is None
    assert machine_text(row, edit("q", "x", "then", machine={"text": "then"})) == {"text": "then"}
    assert machine_text(None, edit("q", "x", "then")) is None
    assert machine_text(translated("q", None), edit("q", "x", "then")) is None


@pytest.mark.parametrize(
    ("policy", "kept"), [("use", ["same", "mended", "newer", "other", "nobody"]), ("drop", ["same", "mended", "newer"])]
)
def test_what_becomes_of_rows_that_nobody_reviewed(policy: str, kept: list[str]) -> None:
    by_id = {row["id"]: row for row in EDITS}
    rows = {row["id"]: row for row in edited(ROWS, by_id, "question", policy)}
    assert list(rows) == kept
    assert rows["newer"]["text"] == "鳥が飛ぶ"  # outdated: a person's text stands
    if policy == "use":
        assert (rows["other"]["text"], rows["other"]["status"]) == ("新しい原文", "stale")  # shown, not applied
        assert (rows["nobody"]["text"], rows["nobody"]["status"]) == ("誰も見ない", "unreviewed")


@pytest.mark.parametrize(("id", "status"), [("other", "stale"), ("nobody", "unreviewed")])
def test_a_build_can_insist_on_review(id: str, status: str) -> None:
    by_id = {row["id"]: row for row in EDITS}
    rows = [row for row in ROWS if row["id"] in ("same", "newer", id)]
    with pytest.raises(UserError, match=f"row '{id}' is {status}, and post_edit.unreviewed is 'fail'"):
        list(edited(rows, by_id, "question", "fail"))
    with pytest.raises(UserError, match="row 'other' is stale, 1 more are not reviewed, and"):
        list(edited(ROWS, by_id, "question", "fail"))
    original = {**ROWS[4], "made_by": None}
    assert [row["status"] for row in edited([*rows[:2], original], by_id, "question", "fail")] == [
        "approved",
        "outdated",
        "original",
    ]


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
    report = (project.root / "reports/report.md").read_text(encoding="utf-8")
    assert re.search(r"\| questions \| 3 \| \d \| 0 \| \d \| 0 \| 1 \|", report)
