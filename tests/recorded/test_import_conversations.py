"""Conversations of other tools: whole as rows of a training set, their first turn alone as seed tasks."""

from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from seedbed.recorded.import_tasks import import_rows, import_seeds
from seedbed.recorded.reading import Source
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows, write_rows
from tests.harness import ROOT

SYSTEM = {"role": "system", "content": "Be brief."}
CHAT = [{"role": "user", "content": "Name a fruit."}, {"role": "assistant", "content": "An apple."}]
MORE = [{"role": "user", "content": "Another one?"}, {"role": "assistant", "content": "A pear."}]
GPT = [{"from": {"user": "human", "assistant": "gpt"}[each["role"]], "value": each["content"]} for each in (*CHAT, *MORE)]
FIRST = {"instruction": "Name a fruit.", "input": "", "output": "An apple."}
WHOLE = FIRST | {"system": "Be brief.", "further": [{"instruction": "Another one?", "output": "A pear."}]}
CUT = "1 row has a later turn that cannot be used; the turns before it are kept"


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Any:
    """What an import reads of a project; the working folder while a test runs."""
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    with chdir(tmp_path):
        yield tmp_path


def source(*rows: Any) -> Source:
    write_rows(Path("in.jsonl"), rows, None)
    return Source(Path("in.jsonl"))


def imported(*rows: Any) -> tuple[str, list[dict[str, Any]]]:
    """Import rows as a set; return what is said, and the rows without their ids."""
    said = import_rows(source(*rows), "mine", yes=True)
    return said, [{**row, "id": None} for row in read_rows(Path("data/recorded/rows/mine.jsonl"))]


SHAPES = {
    "messages": {"messages": [SYSTEM, *CHAT, *MORE]},
    "sharegpt": {"conversations": [{"from": "system", "value": "Be brief."}, *GPT]},
    "sharegpt, the system message beside": {"conversations": GPT, "system": "Be brief."},
    "two system messages": {"messages": [SYSTEM | {"content": "Be"}, SYSTEM | {"content": "brief."}, *CHAT, *MORE]},
    "LLaMA-Factory's alpaca": {
        "instruction": "Another one?",
        "input": "",
        "output": "A pear.",
        "system": "Be brief.",
        "history": [["Name a fruit.", "An apple."]],
    },
    "preferences": {"chosen": [SYSTEM, *CHAT, *MORE], "rejected": "x"},
    "preferences, the prompt beside": {"conversations": GPT[:3], "system": "Be brief.", "chosen": GPT[3], "rejected": GPT[3]},
}


@pytest.mark.parametrize("row", SHAPES.values(), ids=SHAPES)
def test_a_set_keeps_the_whole_conversation(row: Any) -> None:
    said, rows = imported(row)
    expected = WHOLE | {"system": "Be\n\nbrief."} if len(row.get("messages", ())) == 6 else WHOLE
    assert rows == [expected | {"id": None}]
    assert "not imported" not in said


@pytest.mark.parametrize(
    "later",
    [
        [{"role": "user", "content": " "}, MORE[1]],
        [MORE[0], {"role": "function_call", "content": "{}"}, {"role": "observation", "content": "1"}, MORE[1]],
        [MORE[0], {"role": "assistant", "content": None, "tool_calls": []}, {"role": "tool", "content": "1"}],
        [MORE[0], {"role": "assistant", "content": " "}, *CHAT],
        [*MORE, {"role": "assistant", "content": "a second answer"}],
        [MORE[0], {"role": "assistant", "content": [{"type": "image"}]}],
        [MORE[0]],
        [*MORE[:1], *MORE],
        [SYSTEM, *MORE],
    ],
)
def test_a_later_turn_that_cannot_be_used_ends_the_conversation(later: list[Any]) -> None:
    said, rows = imported({"messages": [*CHAT, *later]})
    assert rows == [FIRST | {"id": None}]
    assert CUT in said
    said = import_seeds(source({"messages": [*CHAT, *later]}), "seed_tasks", "en", None, yes=False)
    assert "left out" not in said
    assert "1 row has further turns, which are dropped" in said


def test_a_row_whose_first_turn_cannot_be_used_is_left_out() -> None:
    called = [CHAT[0], {"role": "function_call", "content": "{}"}, CHAT[1]]
    twice = [*CHAT, CHAT[1], *MORE]  # the second answer belongs to the first turn
    said, rows = imported({"messages": called}, {"messages": twice}, {"messages": CHAT})
    assert len(rows) == 1
    assert '1 row left out: a message is of "function_call", neither user nor assistant' in said
    assert "1 row left out: two answers stand one after the other" in said


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({"messages": [SYSTEM, *CHAT]}, "a system message, which is dropped"),
        ({"messages": [*CHAT, *MORE]}, "further turns, which are dropped"),
        ({"messages": [SYSTEM, *CHAT, *MORE]}, "a system message and further turns, which are dropped"),
        (SHAPES["LLaMA-Factory's alpaca"], "a system message and further turns, which are dropped"),
        ({"chosen": [SYSTEM, *CHAT], "rejected": "x"}, "a system message and a rejected answer, which are dropped"),
        ({"chosen": CHAT, "rejected": "x"}, "a rejected answer, which is dropped"),
    ],
)
def test_a_seed_task_is_the_first_turn_and_says_what_is_dropped(row: Any, note: str) -> None:
    said = import_seeds(source(row), "seed_tasks", "en", None, yes=True)
    assert f"  1 row has {note}\n" in said
    [task] = read_rows(Path("data/recorded/seed_tasks.jsonl"), "task")
    assert {name: task[name] for name in FIRST} == FIRST
    assert f"  2 rows: each has {note}\n" in import_seeds(source(row, row), "seed_tasks", "en", None, yes=False)


def test_a_pair_of_several_turns_is_no_seed_task() -> None:
    pairs = source({"chosen": CHAT, "rejected": "x"}, {"chosen": [*CHAT, *MORE], "rejected": "x"})
    said = import_seeds(pairs, "seed_tasks", "en", None, yes=False)
    assert "1 row left out: it has further turns, and the last answer is the chosen one" in said
    unanswered = [CHAT[0], {"role": "assistant", "content": None}, *MORE]
    gap = [*CHAT, MORE[0], {"role": "assistant", "content": None}, *MORE]
    said, rows = imported(*({"chosen": chosen, "rejected": "x"} for chosen in (CHAT, unanswered, gap)))
    assert len(rows) == 1
    assert "1 row left out: one of its turns has no answer" in said


def test_conversations_that_begin_alike_are_two_rows_and_equal_ones_one() -> None:
    rows = [{"messages": CHAT}, {"messages": [*CHAT, *MORE]}, {"messages": [SYSTEM, *CHAT]}, {"messages": [*CHAT, *MORE]}]
    said, _ = imported(*rows)
    assert "3 rows imported" in said
    assert "1 row left out: it is an exact duplicate of an earlier row" in said


@pytest.mark.parametrize("history", [["a"], [["a"]], [["a", 1]], "a"])
def test_a_history_that_is_none_is_named(history: Any) -> None:
    with pytest.raises(
        UserError, match=r"in\.jsonl:1: field history: expected exchanges, \[\[instruction, output\], …\], found"
    ):
        imported(FIRST | {"history": history})
