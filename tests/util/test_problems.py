"""What breaks a schema, in words: every field once."""

from typing import Any

import pytest

from seedbed.util.library import library_file
from seedbed.util.schemas import first_problem, load_schema, problems

ROW = {"id": "a", "category": "c", "text": "t"}


def test_a_value_that_fits_has_no_problem() -> None:
    assert problems(ROW, "rows/question") == []
    assert first_problem(ROW, "rows/question") is None


def test_every_field_is_named_once() -> None:
    found = problems({"id": 3, "txet": "t"}, "rows/question")
    assert {".".join(map(str, field)): words.split(" (")[0] for field, words in found} == {
        "id": "expected string, found 3: letters, digits, - and _, first a letter or digit",
        "txet": "unknown key",
        "category": "missing",
        "text": "missing",
    }
    assert first_problem({"id": 3, "txet": "t"}, "rows/question") in found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": 3}, "expected string, found 3"),
        ({"text": " "}, "' ' does not have the form"),
        ({"txet": "t"}, "unknown key (did you mean 'text'?)"),
    ],
)
def test_a_problem_says_what_was_expected(changes: dict[str, Any], words: str) -> None:
    problem = first_problem(ROW | changes, "rows/question")
    assert problem
    assert words in problem[1]


def test_a_key_that_was_pasted_is_not_repeated() -> None:
    problem = first_problem({"endpoint": "e", "model": 3, "api": "sk-0123456789abcdef0123"} | ROW, "rows/question")
    assert "sk-0123456789abcdef" not in str(problem)
    long = first_problem(ROW | {"id": "sk-0123456789abcdef0123 "}, "rows/question")
    assert long
    assert "'sk-0… '" in long[1]


def test_every_row_schema_forbids_unknown_keys() -> None:
    """But for those of other tools' files, which hold more than we read."""
    for path in set(library_file("schemas/rows").glob("*.json")) - set(library_file("schemas/rows").glob("fastchat_*.json")):
        assert load_schema(f"rows/{path.name.removesuffix('.schema.json')}")["additionalProperties"] is False, path


def test_what_a_list_repeats_is_named() -> None:
    lists = {"topics": {"weather": {"topics": ["frost", "rain", "rain", "fog"]}}}
    assert (["topics", "weather", "topics"], "'rain' appears twice; keep one of the two") in problems(lists, "generation")
