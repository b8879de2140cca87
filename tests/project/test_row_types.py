"""The types of rows have the fields of their schemas, and require the same ones."""

from typing import Any, NotRequired, get_origin

import pytest

from seedbed.project import row_types as types
from seedbed.util.schemas import load_schema

KINDS: dict[str, Any] = {
    "question": types.Question,
    "task": types.Task,
    "translated_question": types.TranslatedQuestion,
    "translated_task": types.TranslatedTask,
    "edited_question": types.EditedQuestion,
    "edited_task": types.EditedTask,
    "edit": types.Edit,
    "candidate": types.Candidate,
    "instruction": types.Candidate,
    "decision": types.Decision,
    "rejected": types.Rejected,
    "answer": types.Answer,
    "reference": types.Reference,
    "judgment": types.Judgment,
    "score": types.Score,
    "vote": types.Vote,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_has_the_fields_of_its_schema(kind: str) -> None:
    schema, row = load_schema(f"rows/{kind}"), KINDS[kind]
    assert {*schema["properties"]} == row.__required_keys__ | row.__optional_keys__
    assert {*schema["required"]} == row.__required_keys__


@pytest.mark.parametrize("kind", KINDS)
def test_words_that_a_type_lists_are_those_of_its_schema(kind: str) -> None:
    for name, field in load_schema(f"rows/{kind}")["properties"].items():
        said = KINDS[kind].__annotations__[name]
        allowed = getattr(said.__args__[0] if get_origin(said) is NotRequired else said, "__args__", ())
        if "enum" in field and None not in field["enum"]:
            assert tuple(field["enum"]) == allowed, name
