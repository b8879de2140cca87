"""What becomes of a translated row: a person's edit over it, the machine's text, or nothing."""

from typing import Any

import pytest

from seedbed.project.sign_off import confirm, reject
from seedbed.steps.post_editing import as_translated, edited
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError


def translated(id: str, machine: str | None, source: str = "s") -> Any:
    translation = None if machine is None else {"text": machine}
    return {"id": id, "category": "c", "source": {"text": source}, "translation": translation, "made_by": {"recorded": "r"}}


def edit(id: str, text: str, on: str, source: str = "s") -> Any:
    """Return an edit of the machine text `on`."""
    return {
        **{"id": id, "decision": "approved" if text == on else "edited", "fields": {"text": text}},
        **{"source_hash": content_hash({"text": source}), "machine_hash": content_hash({"text": on})},
    }


ROWS: Any = [
    translated("same", "猫です。"),
    translated("mended", "犬がいる"),
    translated("newer", "鳥が飛びます"),
    translated("other", "新しい原文", source="new"),
    translated("nobody", "誰も見ない"),
    translated("failed", None),
]
EDITS: Any = [
    edit("same", "猫です。", "猫です。"),
    edit("mended", "犬がいます", "犬がいる"),
    edit("newer", "鳥が飛ぶ", "鳥は飛ぶ"),
    edit("other", "古い訳", "古い原文"),
    edit("failed", "訳", "機械"),
    edit("gone", "消えた", "消えた文"),
]


@pytest.mark.parametrize(
    ("policy", "kept"), [("use", ["same", "mended", "newer", "other", "nobody"]), ("drop", ["same", "mended", "newer"])]
)
def test_what_becomes_of_rows_that_nobody_reviewed(policy: str, kept: list[str]) -> None:
    by_id = {row["id"]: row for row in EDITS}
    rows: Any = {row["id"]: row for row in edited(ROWS, by_id, "question", policy)}
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
    original: Any = {**ROWS[4], "made_by": None}
    assert [row["status"] for row in edited([*rows[:2], original], by_id, "question", "fail")] == [
        "approved",
        "outdated",
        "original",
    ]


def test_the_machines_own_rows_have_the_form_of_edited_ones() -> None:
    rows: Any = [
        {
            **translated(id, None),
            "source": {},
            "translation": {"instruction": id, "input": "", "output": "o"},
            "task_type": "email",
        }
        for id in ("a", "b")
    ]
    rows[1]["made_by"] = None
    found: Any = list(as_translated([*rows, translated("failed", None)], "task"))
    assert [(row["id"], row["instruction"], row["status"]) for row in found] == [
        ("a", "a", "unreviewed"),
        ("b", "b", "original"),
    ]
    assert not {"source", "translation", "failure"} & found[0].keys()


def test_a_rejected_row_is_dropped_whatever_the_settings_are() -> None:
    rows, by_id = [ROWS[0], ROWS[4]], {"same": EDITS[0], "nobody": reject(ROWS[4], "question", None, "ben", "bad")}
    for policy in ("use", "drop", "fail"):
        for require in ("edited", "confirmed"):
            edits: Any = by_id | {"same": confirm(ROWS[0], EDITS[0] | {"editor": "aki"}, "ben")}
            assert [row["id"] for row in edited(rows, edits, "question", policy, require)] == ["same"]


def test_rows_can_be_required_to_be_confirmed() -> None:
    rows = ROWS[:3]
    signed = {id: next(row for row in EDITS if row["id"] == id) | {"editor": "aki"} for id in ("same", "mended", "newer")}
    edits: Any = signed | {"newer": confirm(rows[2], signed["newer"], "ben")}

    def kept(policy: str) -> Any:
        return {row["id"]: (row["status"], row["text"]) for row in edited(rows, edits, "question", policy, "confirmed")}  # type: ignore[typeddict-item]

    assert kept("drop") == {"newer": ("outdated", "鳥が飛ぶ")}
    assert kept("use") == {
        "same": ("approved", "猫です。"),
        "mended": ("edited", "犬がいます"),
        "newer": ("outdated", "鳥が飛ぶ"),
    }
    with pytest.raises(
        UserError, match="row 'same' is approved and not confirmed by a second person, 1 more are not reviewed, "
    ):
        kept("fail")
