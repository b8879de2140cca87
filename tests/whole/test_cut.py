"""Answers that a model rambles to its limit: judged as they stand, and counted; or failed, where a project says so."""

import json
from typing import Any

import pytest

from tests.harness import Answer, Project, Server, completion


def rambling(body: dict[str, Any], number: int) -> Answer | None:
    """Cut the answers of one model; all else is answered."""
    return (200, {}, completion("回答は次のとおりで", "length")) if body["model"] == "stand-in-good" else None


@pytest.mark.slow
def test_a_cut_answer_is_judged_and_counted(built: Project, server: Server) -> None:
    server.fault = rambling
    built.edit_params(lambda params: params["models"]["good"].update(sample=1))
    built.repro("benchmark")
    answers = built.rows("data/build/answers/good.jsonl")
    assert [(row["text"], row["cut"], row["failure"]) for row in answers] == [("回答は次のとおりで", True, None)] * 3
    assert server.take() == ["answer"] * 3 + ["judgment"] * 6, "each was asked once, and judged"
    report = json.loads((built.root / "reports/benchmark.json").read_text(encoding="utf-8"))
    assert report["judge"]["good-vs-thin"]["cut_answers"] == 3

    built.edit_params(lambda params: params["answer"].update(cut="fail"))
    output = built.repro("answer@good", fails=True)
    assert "3 of 3 rows have no usable reply" in output
    assert "(cut)" in output
