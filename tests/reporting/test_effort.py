"""Edits in, effort out: what was changed, how long it took, what keeps being changed."""

from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.filtering.tokenisers import character, load_tokeniser, space
from seedbed.project import paths
from seedbed.project.corpora import FIELDS
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.sign_off import confirm, reject
from seedbed.reporting.effort import load_effort, machine_text, replaced, words_and_marks
from seedbed.reporting.human_sections import effort_parts
from seedbed.util.canonical import content_hash
from seedbed.util.rows import write_rows
from seedbed.util.tables import Tables
from tests.harness import ROOT

Row = dict[str, Any]
CHARACTERS = {"name": "character"}


def translated(id: str, machine: str | None, source: str = "s") -> Any:
    translation = None if machine is None else {"text": machine}
    return {"id": id, "category": "c", "source": {"text": source}, "translation": translation, "made_by": {"recorded": "r"}}


def edit(id: str, text: str, on: str, source: str = "s", **more: Any) -> Any:
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
    files = {
        paths.translated("questions"): rows,
        paths.translated("seed_tasks"): tasks or [],
        paths.edits("questions", "ja"): edits,
    }
    for path, lines in files.items():
        write_rows(folder / path, lines, None)
    corpora = {"questions": {"kind": "question"}, "seed_tasks": {"kind": "task"}}
    edited = {name: paths.edited(name, block["kind"]).as_posix() for name, block in corpora.items()}
    params = {
        "language": "ja",
        "corpora": corpora,
        "post_edit": {"corpora": edited},
        "filter": {"tokeniser": tokeniser or CHARACTERS},
    }
    tables = Tables()
    with chdir(folder):
        load_effort(tables, cast(Params, params))
    return tables


def total(tables: Tables) -> Row:
    *_, last = tables.query("human/effort")
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
    # An orphaned edit is no effort: its row is gone. Not known: other (the source changed, no text kept), failed.
    assert (found["edits"], found["known"]) == (5, 3)
    # same 0, mended る → ます 2, newer は → が 1; over 4 + 5 + 4 characters.
    assert found["characters_changed"] == 3
    assert found["hter"] == round(100 * 3 / 13, 2)
    # The source holds for same, mended and newer; the last has another machine text now: びます to ぶ is 3.
    assert (found["holding"], found["machine_changed"], found["compared"]) == (3, 1, 3)
    assert found["hter_then"] == round(100 * 3 / 13, 2)
    assert found["hter_now"] == found["hter_now_all"] == round(100 * (0 + 2 + 3) / 13, 2)
    assert (found["timed"], found["minutes"], found["minutes_per_row"]) == (2, 2.0, 1.0)


def test_editors(tmp_path: Path) -> None:
    found = {row["editor"]: row for row in made(tmp_path, ROWS, EDITS).query("human/editors")}
    assert list(found) == ["(not recorded)", "ann", "ben"]
    assert (found["ann"]["edits"], found["ann"]["approved"], found["ann"]["characters_changed"]) == (2, 1, 2)
    assert (found["ann"]["timed"], found["ann"]["minutes"]) == (2, 2.0)
    assert (found["ben"]["timed"], found["ben"]["minutes"], found["ben"]["minutes_per_row"]) == (0, None, None)


def test_orphaned_edits_are_counted_and_are_no_effort(tmp_path: Path) -> None:
    orphans = [edit(f"gone{n}", "別の文", "元の文", machine={"text": "元の文"}, editor="ann", seconds=60) for n in range(9)]
    tables = made(tmp_path, ROWS[:1], [EDITS[0], *orphans])
    found = total(tables)
    assert (found["rows"], found["orphaned"], found["edits"], found["characters_changed"], found["hter"]) == (1, 9, 1, 0, 0.0)
    assert (found["timed"], found["minutes"]) == (1, 0.5)
    assert [(row["editor"], row["edits"]) for row in tables.query("human/editors")] == [("ann", 1)]
    assert tables.query("human/corrections") == []


def test_confirmed_and_rejected_rows_are_counted_and_a_rejection_is_no_correction(tmp_path: Path) -> None:
    mended: Any = confirm(cast(Any, ROWS[1]), EDITS[1], "cho")
    nobody: Any = reject(ROWS[4], "question", None, "ben", "bad")
    tables = made(tmp_path, ROWS, [EDITS[0], mended, nobody])
    found = total(tables)
    assert (found["rows"], found["edited"], found["confirmed"], found["rejected"]) == (6, 1, 1, 1)
    assert (found["edits"], found["known"], found["characters_changed"]) == (2, 2, 2)
    editors = {row["editor"]: (row["edits"], row["confirmed"], row["rejected"]) for row in tables.query("human/editors")}
    assert editors == {"ann": (2, 0, 0), "ben": (0, 0, 1), "cho": (0, 1, 0)}


def test_rows_add_up_by_corpus_and_in_all(tmp_path: Path) -> None:
    fields = dict.fromkeys(FIELDS["task"], "文")
    tasks = [{"id": "t", "source": fields, "translation": fields, "made_by": None}]
    tables = made(tmp_path, ROWS, EDITS, tasks=tasks)
    rows = {row["corpus"]: row for row in tables.query("human/effort")}
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
    assert tables.query("human/editors") == tables.query("human/corrections") == []
    assert effort_parts(tables)[-1].startswith("No row has been edited yet")


def test_words_are_counted_where_the_language_has_them(tmp_path: Path) -> None:
    """the → a, and a full stop: 2 of 4."""
    tables = made(tmp_path, [translated("q", "The cat sat")], [edit("q", "A cat sat.", "The cat sat")], {"name": "space"})
    assert total(tables)["hter"] == 50.0
    assert total(tables)["characters_changed"] == 4


STEMS = """
from seedbed.filtering.tokenisers import space, tokeniser

@tokeniser("stems", separates_words=True)
def _stems(settings):
    return lambda text: [word[:4] for word in space(text)]

@tokeniser
def letters(settings):
    return list
"""


@pytest.mark.parametrize(("tokeniser", "hter"), [("stems", 50.0), ("letters", 40.0)])
def test_a_plugin_says_whether_its_language_separates_words(
    write_plugin: Callable[[str, str], Path], tokeniser: str, hter: float
) -> None:
    folder = write_plugin("mine", STEMS).parents[1]
    (folder / "queries").symlink_to(ROOT / "queries")
    rows, edits = [translated("q", "The cat sat")], [edit("q", "A cat sat.", "The cat sat")]
    assert total(made(folder, rows, edits, {"name": tokeniser}))["hter"] == hter


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
    sudachi = load_tokeniser(load_params(ROOT / "params.yaml")["filter"]["tokeniser"])
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
    assert made(tmp_path, rows, edits).query("human/corrections") == [
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
    assert machine_text(translated("q", None), edit("q", "x", "then")) is None


def test_hter_over_the_order_of_editing(tmp_path: Path) -> None:
    """Of ten edits whose requests showed earlier ones the first two are far from the machine text, and the last two are it."""
    machine = "あいうえおかきくけこ"
    rows = [translated(f"r{number:02}", machine) for number in range(11)]
    wanted = [machine[: min(number, 10)] + "ん" * (10 - min(number, 10)) for number in (0, 0, 5, 5, 5, 5, 8, 8, 10, 10)]
    edits = [edit(f"r{n:02}", text, machine, order=n + 1, request="0" * 64) for n, text in enumerate(wanted)]
    plain = [edit("r10", "さ" * 10, machine)]
    assert made(tmp_path / "without", rows, plain).query("human/effort_order") == []
    order = made(tmp_path / "with", rows, [*edits, *plain]).query("human/effort_order")
    assert [(row["part"], row["first"], row["last"], row["hter"]) for row in order] == [
        *[(0, None, None, 100.0), (1, 1, 2, 100.0), (2, 3, 4, 50.0)],
        *[(3, 5, 6, 50.0), (4, 7, 8, 20.0), (5, 9, 10, 0.0)],
    ]
