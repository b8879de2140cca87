"""What real servers send and what real judges write, with what is right: `replies.jsonl` and `verdicts_ja.jsonl`."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from seedbed.exchange.replies import Unusable
from seedbed.exchange.requests import build_request
from seedbed.exchange.result import Result
from seedbed.project.model_settings import ModelSettings, model_settings
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.project.prompts import load_prompt
from seedbed.sending.asker import ask_all
from seedbed.steps import answering
from seedbed.steps.mark import read_mark
from seedbed.steps.verdicts import judgment_reader
from seedbed.util.rows import Row, write_rows
from tests.harness import ROOT, Answer, Server, asked_in

FOLDER = Path(os.environ.get("SEEDBED_REFERENCE", ROOT.parent / "shared" / "reference")).parent / "cases"
QUESTIONS = [{"id": f"q{number}", "text": f"質問{number}"} for number in range(3)]
Answered = Callable[[str, dict[str, Any]], Row]


def cases(name: str) -> list[Any]:
    """Return the cases of a file, each a parameter of a test; where the file is not there, one that is skipped."""
    path = FOLDER / name
    if not path.is_file():
        mark = pytest.mark.skip(reason=f"no {path}; set SEEDBED_REFERENCE to the folder beside it")
        return [pytest.param({}, marks=mark)]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row.get("about") or str(number)) for number, row in enumerate(rows)]


@pytest.fixture
def answer(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answered:
    """Return a function that answers three questions, the second of which meets a fault, and returns its row."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEDBED_STORE", str(tmp_path / "store.sqlite"))

    def answered(cut: str, case: dict[str, Any]) -> Row:
        fault: Answer = case["status"], {}, json.dumps(case["body"]).encode()
        server.fault = lambda body, number: fault if asked_in(body) == "質問1" else None
        params: dict[str, Any] = {**load_params(ROOT / "params.yaml")}
        params["endpoints"], params["servers"] = {"mine": {"structured": "text"}}, {"mine": {"base_url": server.url}}
        params["models"] = {"m": {"endpoint": "mine", "model": "m"}}
        params["answer"] = {"max_attempts": 2, "max_failed": 0.5, "cut": cut}
        to = model_settings(cast(Params, params), "models.m")
        requests = answering.build(cast(Any, QUESTIONS), to, load_prompt("answer", ROOT / "prompts"))
        results: list[Result[str]] = ask_all(
            "answer@m", cast(Params, params), to, params["answer"], Path("transcript.jsonl"), requests, answering.reader(cut)
        )
        rows = answering.answered("m", to, results)
        write_rows(Path("answers.jsonl"), rows, "answer")
        assert [rows[0]["failure"], rows[2]["failure"]] == [None, None]
        return dict(rows[1])

    return answered


@pytest.mark.parametrize("case", cases("replies.jsonl"))
def test_a_reply_is_read_as_what_it_is(answer: Answered, server: Server, case: dict[str, Any]) -> None:
    right = case["right"]
    row = answer("fail", case)
    failed = (row["failure"] or {}).get("reason")
    asked = len(server.take()) - 2
    if right.startswith("answer: "):
        assert (row["text"], failed, asked) == (right.removeprefix("answer: ").removesuffix(", usage unknown"), None, 1)
    elif right == "cut":
        assert (row["text"], failed, asked) == (None, "cut", 2)
    elif right == "empty, asked again":
        assert (row["text"], failed, asked) == (None, "empty", 2)
    elif right == "asked again, then that row fails":
        assert row["text"] is None
        assert failed in ("error", "no_choice")
        assert asked == 2
    elif right == "that row fails at once":
        assert (row["text"], failed, asked) == (None, "too_long", 1)
    else:
        pytest.fail(f"what is right is said in words that this test does not know: {right!r}")
    if right.endswith("usage unknown"):
        lines = Path("transcript.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["response"]["usage"] is None for line in lines] == [False, True, False]


@pytest.mark.parametrize("case", [case for case in cases("replies.jsonl") if case.values[0].get("right") == "cut"] or cases(""))
def test_an_answer_cut_at_its_limit_is_judged_as_it_stands_but_no_thinking_is(answer: Answered, case: dict[str, Any]) -> None:
    row = answer("judge", case)
    text = case["body"]["choices"][0]["message"]["content"]
    if "<think>" in text:
        assert (row["text"], row["failure"]["reason"]) == (None, "cut")
    else:
        assert (row["text"], row["failure"], row["cut"]) == (text, None, True)


@pytest.mark.parametrize("case", cases("verdicts_ja.jsonl"))
def test_a_verdict_is_read_where_the_prompt_asks_for_it(case: dict[str, Any]) -> None:
    to = ModelSettings("judge", "e", "m", {"temperature": 0}, 0, "text")
    prompt = load_prompt("judge", ROOT / "prompts")
    request = build_request("q", to, prompt, [{"role": "user", "content": "?"}])
    response = {"text": case["text"], "refusal": None, "finish_reason": "stop", "model": "m", "usage": None}
    verdict: str | None
    try:
        verdict = judgment_reader(load_params(ROOT / "params.yaml"))(request, response)["verdict"]
    except Unusable as unusable:
        verdict = {"no_verdict": "invalid"}.get(unusable.reason)
    assert verdict in case["allowed"]


def test_real_verdicts_are_read_as_they_were_recorded(reference: Path) -> None:
    """Of GPT-4, both orders: `g1` showed model_1 as A, `g2` as B."""
    winners = {"g1": {"A": "model_1", "B": "model_2", "C": "tie"}, "g2": {"A": "model_2", "B": "model_1", "C": "tie"}}
    wrong, read = [], 0
    for path in sorted((reference / "ja-vicuna" / "judgments").iterdir()):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            for game, words in winners.items():
                mark = read_mark(row[f"{game}_judgment"])
                read += 1
                if words.get(mark or "", "error") != row[f"{game}_winner"]:
                    wrong.append((path.name, row["question_id"], game, row[f"{game}_judgment"][-60:]))
    assert wrong == []
    assert read == 3 * 80 * 2
