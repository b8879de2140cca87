"""From a judge's reply to its verdict: the built-in format, and a project's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedbed.exchange.replies import Unusable
from seedbed.exchange.requests import build_request
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params import load_params
from seedbed.project.prompts import load_prompt
from seedbed.steps import verdict_formats
from seedbed.steps.verdicts import Verdict, judgment_reader
from seedbed.util.errors import UserError
from tests.examples import example_in
from tests.harness import ROOT

PROMPT = load_prompt("judge", ROOT / "prompts")
HEADER = "import re\nfrom seedbed.steps.verdict_formats import verdict_format\nfrom seedbed.util.rows import Row\n\n"
WritePlugin = Callable[[str, str], Path]


def read(text: str | None, structured: str = "text", verdict_format: str | None = None) -> Verdict:
    """Return the judgment that a judge's reply gives."""
    params = load_params(ROOT / "params.yaml")
    if verdict_format:
        params["judge"]["verdict_format"] = verdict_format
    to = ModelSettings("judge", "e", "m", {"temperature": 0}, 0, structured)
    request = build_request("q1", to, PROMPT, [{"role": "user", "content": "?"}])
    response: dict[str, Any] = {"text": text, "refusal": None, "finish_reason": "stop", "model": "m", "usage": None}
    return judgment_reader(params)(request, response)


@pytest.mark.parametrize(("letter", "verdict"), [("A", "first"), ("B", "second"), ("C", "tie")])
@pytest.mark.parametrize("structured", ["json_schema", "json_object"])
def test_a_structured_verdict_is_a_field(letter: str, verdict: str, structured: str) -> None:
    text = f'{{"verdict":"{letter}","explanation":"[[B]]"}}'
    assert read(text, structured) == {"verdict": verdict, "explanation": "[[B]]"}
    assert read(text, structured, verdict_format="letters") == read(text, structured)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("よい。[[A]]", "first"),
        ("[[A]]かと思いました。最終判定は [[B]]", "second"),
        ("[[B]] would be the answer\nif it were right.\n\n**[[ C ]]**", "tie"),
        ("A is better: ［［Ａ］］。", "first"),
        ("The verdict: `[[B]]`", "second"),
    ],
)
def test_the_mark_at_the_end_is_the_verdict(text: str, verdict: str) -> None:
    assert read(text) == {"verdict": verdict, "explanation": text}


@pytest.mark.parametrize(
    "text",
    [
        "no mark",
        "[A]",
        "[[D]]",
        "[[a]]",
        "[[A]] or [[B]]",
        "[[A]]\nBut this is hard to say.",
        "x = rows[[A]]",
        "「[[A]]と書く」",
    ],
)
def test_a_reply_without_a_mark_is_no_tie(text: str) -> None:
    with pytest.raises(Unusable, match="does not end with") as unusable:
        read(text)
    assert unusable.value.reason == "no_verdict"


@pytest.mark.parametrize(
    ("text", "structured", "reason"),
    [
        (None, "text", "empty"),
        ("A", "json_schema", "not_json"),
        ('{"verdict":"D","explanation":""}', "json_object", "wrong_schema"),
    ],
)
def test_a_reply_that_cannot_be_read(text: str | None, structured: str, reason: str) -> None:
    with pytest.raises(Unusable) as unusable:
        read(text, structured)
    assert unusable.value.reason == reason


# A project's own:


@pytest.mark.parametrize(("text", "verdict"), [("A: 7 B: 5", "first"), ("A: 3\nB: 10", "second"), ("… A: 4 B: 4\n", "tie")])
def test_the_example_in_the_documentation(write_plugin: WritePlugin, text: str, verdict: str) -> None:
    write_plugin("scores", HEADER + example_in(verdict_formats))
    assert read(text, verdict_format="scores") == {"verdict": verdict, "explanation": text.strip()}
    with pytest.raises(Unusable) as unusable:
        read("[[A]]", verdict_format="scores")
    assert (unusable.value.reason, str(unusable.value)) == ("no_verdict", "the reply gives no verdict")


def test_a_structured_reply_reaches_it_as_a_dict(write_plugin: WritePlugin) -> None:
    write_plugin(
        "turned", HEADER + "@verdict_format\ndef turned(reply):\n    return {'A': 'second', 'B': 'first'}[reply['verdict']]\n"
    )
    judgment = read('{"verdict":"A","explanation":"why"}', "json_schema", verdict_format="turned")
    assert judgment == {"verdict": "second", "explanation": "why"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return 'A'", "plugins/mine.py:5: verdict format 'mine': expected 'first', 'second', 'tie' or None, found 'A'"),
        ("return [reply]", "plugins/mine.py:5: verdict format 'mine': expected 'first', 'second', 'tie' or None, found ['x']"),
        ("return reply['verdict']", "plugins/mine.py:7: verdict format 'mine': TypeError: string indices"),
    ],
)
def test_its_mistakes_are_reported(write_plugin: WritePlugin, body: str, message: str) -> None:
    write_plugin("mine", f"{HEADER}@verdict_format\ndef mine(reply):\n    {body}\n")
    with pytest.raises(UserError) as error:
        read("x", verdict_format="mine")
    assert str(error.value).startswith(message)


def test_an_unknown_one_is_reported() -> None:
    with pytest.raises(
        UserError,
        match=r"^judge\.verdict_format: unknown verdict format 'scores' \(known: letters, five_steps\); "
        r"one of your own is registered in plugins/$",
    ):
        read("x", verdict_format="scores")


# In five steps:

STEPS = {
    "A>>B": {"verdict": "first", "strength": "strong"},
    "A>B": {"verdict": "first", "strength": "slight"},
    "A=B": {"verdict": "tie"},
    "B>A": {"verdict": "second", "strength": "slight"},
    "B>>A": {"verdict": "second", "strength": "strong"},
}


@pytest.mark.parametrize("step", STEPS)
def test_a_verdict_in_five_steps(step: str) -> None:
    prompt = load_prompt("judge", ROOT / "prompts", form="five_steps")
    to = ModelSettings("judge", "e", "m", {}, 0, "json_schema")
    request = build_request("q1", to, prompt, [{"role": "user", "content": "?"}])
    assert request.content["reply"]["name"] == "judgment_five"
    params = load_params(ROOT / "params.yaml")
    params["judge"]["verdict_format"] = "five_steps"
    response: dict[str, Any] = {"text": "", "refusal": None, "finish_reason": "stop", "model": "m", "usage": None}
    response["text"] = f'{{"explanation":"why","verdict":"{step}"}}'
    assert judgment_reader(params)(request, response) == STEPS[step] | {"explanation": "why"}
    for text in (f"why [[A]] [[A>B]]\n[[{step}]]", f"So: **[[ {step[0]} {step[1:-1]} {step[-1]} ]]**"):
        assert read(text, verdict_format="five_steps") == STEPS[step] | {"explanation": text}


def test_wide_signs_are_those_of_the_marks() -> None:
    assert read("［［Ａ≫Ｂ］］", verdict_format="five_steps")["strength"] == "strong"
    assert read("[[B＞A]]", verdict_format="five_steps")["verdict"] == "second"


@pytest.mark.parametrize("text", ["[[A]]", "[[A>B]] or [[B>A]]", "[[A>>>B]]", "[[A<B]]", "[[A>A]]", "A>>B"])
def test_what_is_none_of_the_five_steps(text: str) -> None:
    with pytest.raises(Unusable, match=r"does not end with one of \[\[A>>B\]\]"):
        read(text, verdict_format="five_steps")


def test_a_prompt_without_a_form_for_a_format_keeps_its_own(tmp_path: Path) -> None:
    assert load_prompt("judge", ROOT / "prompts", form="scores") == PROMPT
