"""Checks of a question change no request and no edit: neither the models that answer nor the judge see them."""

from typing import Any

from seedbed.project.corpora import status_of
from seedbed.project.model_settings import ModelSettings
from seedbed.project.prompts import load_prompt
from seedbed.steps import answering, judging, translating
from seedbed.steps.post_editing import edited
from seedbed.util.canonical import content_hash
from seedbed.util.schemas import first_problem
from tests.harness import ROOT

TO = ModelSettings("models.good", "house", "m", {}, 0, "json_schema")
CHECKS = [{"kind": "python", "tests": "assert secret() == 42"}, {"kind": "excludes", "texts": ["secret"]}]
QUESTION: Any = {"id": "q", "category": "c", "text": "A question?"}
CHECKED: Any = QUESTION | {"checks": CHECKS}
EDIT: Any = {
    **{"id": "q", "decision": "edited", "fields": {"text": "質問"}, "source_hash": content_hash({"text": "A question?"})},
    "machine_hash": content_hash({"text": "問い"}),
}


def rows_of(question: Any) -> tuple[Any, Any]:
    """Return a question's rows of `translate` and of `post_edit`."""
    (row,) = translating.translated([question], "question", TO, [])
    translated: Any = row | {"translation": {"text": "問い"}, "made_by": TO.made_by}
    (final,) = edited([translated], {"q": EDIT}, "question", "use")
    return translated, final


def test_checks_reach_the_report_and_nobody_else() -> None:
    (plain, final), (checked, checked_final) = rows_of(QUESTION), rows_of(CHECKED)
    assert checked_final == final | {"checks": CHECKS}
    assert "checks" not in final
    assert first_problem(checked, "rows/translated_question") is None
    assert first_problem(checked_final, "rows/edited_question") is None
    assert status_of(plain, EDIT) == status_of(checked, EDIT) == "edited"


def test_no_request_changes() -> None:
    prompts = ROOT / "prompts"
    translate = {"translate_question": load_prompt("translate_question", prompts)}
    answer = load_prompt("answer", prompts)
    judge = {name: load_prompt(name, prompts) for name in ("judge", "judge_reference", "judge_turn")}
    answers: Any = ({"q": {"text": "one"}}, {"q": {"text": "other"}})

    def requests(question: Any) -> list[str]:
        final: Any = rows_of(question)[1]
        sent = translating.build([question], "question", TO, translate) + answering.build([final], TO, answer)
        return [request.key for request in sent + judging.build([final], answers, {}, judge, TO)]

    assert requests(QUESTION) == requests(CHECKED)
