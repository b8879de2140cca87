"""A judge added to a match: what is sent is that judge's requests, and no other."""

from typing import Any

import pytest

from seedbed.util.canonical import canonical
from tests.harness import Answer, Project, Server, completion


def model_of(body: dict[str, Any]) -> str:
    return str(body["model"])


@pytest.mark.slow
def test_one_judge_added_sends_its_requests_alone(counted: Project, server: Server) -> None:
    counted.repro("judge")
    models = [model_of(body) for body in server.log if "judgment" in canonical(body.get("response_format"))]
    assert models == ["stand-in"] * 6
    before = counted.rows("data/build/judgments/good-vs-thin.jsonl")
    server.take()

    def add(judge: str, **block: Any) -> None:
        counted.edit_params(lambda params: params["judges"].update({judge: block}))

    add("judge")
    add("large", model="another")
    assert "6 " in counted.run("seedbed", "plan").split("judge@good-vs-thin", 1)[1].splitlines()[0]
    counted.repro("judge", "benchmark")
    assert [model_of(body) for body in server.log] == ["another"] * 6
    server.take()
    rows = counted.rows("data/build/judgments/good-vs-thin.jsonl")
    assert [row["judge"] for row in rows] == ["judge"] * 6 + ["large"] * 6
    assert rows[:6] == before
    assert "A jury of 2: judge, large." in (counted.root / "reports" / "benchmark.md").read_text(encoding="utf-8")

    add("third", params={"temperature": 1})
    counted.repro("judge", "benchmark")
    assert [(body["model"], body["temperature"]) for body in server.log] == [("stand-in", 1)] * 6
    server.take()
    counted.repro("--force", "judge")
    assert server.take() == []
    output = counted.run("seedbed", "explain", f"judgment:good-vs-thin/{before[0]['question']}")
    assert output.count("order good-vs-thin/") == 6
    assert "judge: third" in output
    assert f"/{before[0]['question']}/ab/large" in output
    assert "ab by third" in counted.run("seedbed", "impact", f"judgment:good-vs-thin/{before[0]['question']}")
    counted.run("seedbed", "again", "judge@good-vs-thin", f"{before[0]['question']}.ab.large")
    counted.repro("judge")
    assert [model_of(body) for body in server.log] == ["another"]


@pytest.mark.slow
def test_a_judge_that_fails_is_left_out_of_the_verdict(counted: Project, server: Server) -> None:
    """Its rows are invalid, and the others decide; its failures are held against its own requests alone."""

    def change(params: Any) -> None:
        params["judges"] = {"a": {}, "b": {"model": "second"}, "c": {"model": "broken"}}
        params["judge"].update(max_attempts=1, max_failed=1)

    counted.edit_params(change)

    def fault(body: dict[str, Any], number: int) -> Answer | None:
        return (200, {}, completion("no JSON")) if body["model"] == "broken" else None

    server.fault = fault
    counted.repro("judge", "benchmark")
    rows = counted.rows("data/build/judgments/good-vs-thin.jsonl")
    assert {row["verdict"] for row in rows if row["judge"] == "c"} == {"invalid"}
    assert "invalid" not in {row["verdict"] for row in rows if row["judge"] != "c"}
    table = (counted.root / "reports" / "win_rates.csv").read_text(encoding="utf-8").splitlines()
    total = dict(zip(table[0].split(","), table[-1].split(","), strict=True))
    assert (total["n"], total["invalid"], total["judges"]) == ("3", "0", "3")
    counted.edit_params(lambda params: params["judge"].update(max_failed=0.5))
    assert "6 of 6 rows have no usable reply" in counted.repro("--force", "judge", fails=True)
