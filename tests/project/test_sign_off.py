"""Sign-off: a second person's confirmation, and a rejection, each with the hash of what was seen."""

from typing import Any

import pytest

from seedbed.project.corpora import status_of
from seedbed.project.edits import make_edit
from seedbed.project.sign_off import MOST_REASON, confirm, hindrance, is_confirmed, reject, take_back
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.schemas import first_problem


def row(source: str = "How many?", machine: str | None = "いくつ？", **more: Any) -> Any:
    """Return a row of `translate`."""
    translation = None if machine is None else {"text": machine}
    made_by = {"endpoint": "e", "model": "m"}
    return {"id": "q", "category": "c", "source": {"text": source}, "translation": translation, "made_by": made_by} | more


def edit_of(text: str, editor: str | None = "aki", **more: Any) -> Any:
    return make_edit(row(), "question", {"text": text}, editor, 5.0, **more)


def test_a_second_person_confirms_and_the_line_fits_its_schema() -> None:
    confirmed: Any = confirm(row(), edit_of("何個？"), "ben")
    assert confirmed["confirmed"]["by"] == "ben"
    assert is_confirmed(row(), confirmed)
    assert first_problem(parse_json(canonical(confirmed)), "rows/edit") is None


@pytest.mark.parametrize("person", ["aki", "AKI", "Aki"])
def test_nobody_confirms_their_own_edit(person: str) -> None:
    with pytest.raises(UserError, match=rf"^row 'q' cannot be confirmed: {person} edited it, so another person has to"):
        confirm(row(), edit_of("何個？"), person)


def test_what_cannot_be_confirmed_says_why() -> None:
    edit = edit_of("何個？")
    assert hindrance(row(), None, "ben") == "confirm_nothing"
    assert hindrance(row("Another?"), edit, "ben") == "confirm_stale"
    assert hindrance(row(), reject(row(), "question", edit, "cho", "bad"), "ben") == "confirm_rejected"
    assert hindrance(row(), edit_of("何個？", None), "ben") is None


def test_a_confirmation_counts_while_source_and_text_are_those_of_its_hash() -> None:
    edit: Any = confirm(row(), edit_of("何個？"), "ben")
    assert is_confirmed(row(machine="もう一つの訳"), edit)  # outdated: the text that stands is the same
    assert not is_confirmed(row("Another?"), edit)
    changed: Any = edit_of("何個ありますか？", before=edit)
    assert changed["confirmed"] == edit["confirmed"]  # kept, and it does not count
    assert not is_confirmed(row(), changed)
    assert is_confirmed(row(), edit_of("何個？", before=changed))


def test_the_confirmer_who_edits_afterwards_has_confirmed_nothing() -> None:
    edit: Any = confirm(row(), edit_of("何個？"), "ben")
    assert not is_confirmed(row(), edit_of("何個？", "ben", note="why", before=edit))


def test_an_approved_row_is_confirmed_as_the_machine_wrote_it() -> None:
    edit: Any = confirm(row(), edit_of("いくつ？"), "ben")
    assert is_confirmed(row(), edit)
    assert not is_confirmed(row(machine="別の訳"), edit)  # stale


def test_a_rejection_keeps_what_was_edited_and_holds_for_its_source() -> None:
    edit = confirm(row(), edit_of("何個？", note="why"), "ben")
    rejected: Any = reject(row(), "question", edit, "cho", " 日本では答えられない \r\n")
    assert rejected["rejected"]["reason"] == "日本では答えられない"
    assert take_back(rejected) == edit
    assert status_of(row(), rejected) == "rejected"
    assert status_of(row(machine="別の訳"), rejected) == "rejected"
    assert status_of(row("Another?"), rejected) == "stale"
    assert not is_confirmed(row(), rejected)
    assert first_problem(parse_json(canonical(rejected)), "rows/edit") is None


def test_a_row_that_nobody_edited_can_be_rejected_and_taken_back_to_nothing() -> None:
    rejected: Any = reject(row(), "question", None, None, "bad")
    assert (rejected["decision"], rejected["fields"]) == ("rejected", {"text": "いくつ？"})
    assert "by" not in rejected["rejected"]
    assert status_of(row(), rejected) == "rejected"
    assert take_back(rejected) is None
    assert status_of(row(), make_edit(row(), "question", {"text": "何個？"}, "aki", 1, before=rejected)) == "edited"


@pytest.mark.parametrize("reason", ["", " \n", "あ" * (MOST_REASON + 1)])
def test_a_rejection_wants_a_reason_of_some_length(reason: str) -> None:
    with pytest.raises(UserError, match="reason"):
        reject(row(), "question", None, "cho", reason)


def test_a_failed_translation_cannot_be_rejected() -> None:
    with pytest.raises(UserError, match="has no machine translation"):
        reject(row(machine=None), "question", None, "cho", "bad")


def test_a_line_that_says_rejected_has_to_say_why() -> None:
    line: Any = edit_of("何個？") | {"decision": "rejected"}
    assert first_problem(line, "rows/edit") is not None
