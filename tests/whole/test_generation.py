"""Generation: the shortest prefix of slots that is enough, and what is left to look at where it gives up."""

import shutil
from collections import Counter
from typing import Any

import pytest

from tests.harness import Project, Server, completion

FAILED = "data/build/failed/generate@native"


def slots(project: Project) -> int:
    """Return how many slots the candidates are from."""
    return 1 + max(int(row["slot"]) for row in project.rows("data/build/candidates/native.jsonl"))


@pytest.mark.slow
def test_a_collapsed_yield_stops_the_stage_and_leaves_what_came(built: Project, server: Server) -> None:
    """Two poor waves, not a thousand slots; three samples with their reasons; and the files, which DVC would delete."""

    def change(params: Any) -> None:
        params["generate"].update(target=60, max_slots=1000, least_yield=0.05)
        params["filter"]["characters"]["least"] = 1900

    before = slots(built)
    built.edit_params(change)
    output = built.repro("generate@native", fails=True)
    assert server.take() == ["instructions"] * (2 * 30 - before)  # a wave is 30 slots of 2; the first slots are in the store
    assert "error: generate@native: 0 of the 120 instructions asked for pass the filter, fewer than" in output
    assert "generate.least_yield = 0.05; rejected: 120 too_short; mend the prompt or the filter" in output
    samples = [line for line in output.splitlines() if line.startswith("  s0000") and " too_short (" in line]
    assert [line.split()[0] for line in samples] == ["s00000-0", "s00000-1", "s00001-0"]
    assert f"\n  what came is in {FAILED}/\n" in output
    candidates, decisions = (built.rows(f"{FAILED}/{name}.jsonl") for name in ("candidates", "decisions"))
    assert [row["id"] for row in candidates] == [row["id"] for row in decisions]
    assert len(candidates) == 120
    assert {row["reason"] for row in decisions} == {"too_short"}
    assert not (built.root / "data/build/candidates/native.jsonl").exists()
    assert "native" not in "".join(path.name for path in (built.root / "data/build/responses/generate").iterdir())

    # A person lowers the bar, and the target, since slots that show the same seeds get the same reply here: nothing that
    # arrived is paid for again.
    built.edit_params(lambda p: p["filter"]["characters"].update(least=6))
    built.edit_params(lambda p: p["generate"].update(target=20))
    built.repro("generate@native")
    assert slots(built) <= 60
    assert server.take() == []


@pytest.mark.slow
def test_a_target_that_no_number_of_slots_reaches(built: Project) -> None:
    built.edit_params(lambda p: p["generate"].update(max_slots=2, target=50))
    output = built.repro("generate@native", fails=True)
    assert "after 2 slots (generate.max_slots)" in output
    assert "of 50 instructions (generate.target) pass the filter" in output
    assert f"what came is in {FAILED}/" in output


@pytest.mark.slow
def test_replies_that_are_none_stop_the_stage_before_all_slots_are_asked(built: Project, server: Server) -> None:
    """A model that writes no JSON: as many slots as may fail, and one wave more; not `max_slots`, each three times."""
    server.fault = lambda body, number: (200, {}, completion("So it goes on and on and", "length"))
    built.edit_params(lambda p: p["generate"].update(sample=1, max_slots=200, target=10, max_attempts=2, max_failed=0.05))
    output = built.repro("generate@native", fails=True)
    assert "generate@native: 15 of 15 rows have no usable reply, more than max_failed = 0.05 allows: s00000 (cut)" in output
    assert server.take() == ["instructions"] * 15 * 2  # a wave is 5 slots, and 10 of 200 may fail

    built.edit_params(lambda p: p["generate"].update(max_slots=10, max_failed=1))
    output = built.repro("generate@native", fails=True)
    assert "after 10 slots (generate.max_slots) 0 of 10 instructions" in output
    assert "rejected: none; slots without a usable reply: 10 cut; raise max_slots" in output
    assert server.take() == []


@pytest.mark.slow
def test_a_small_target_is_no_reason_to_go_on(built: Project, server: Server) -> None:
    """Waves that are too small to be judged are judged together."""
    built.edit_params(lambda p: p["generate"].update(target=2, max_slots=100, least_yield=0.05))
    built.edit_params(lambda p: p["filter"]["characters"].update(least=1900))
    output = built.repro("generate@native", fails=True)
    assert "0 of the 100 instructions asked for pass the filter, fewer than generate.least_yield = 0.05" in output


@pytest.mark.slow
def test_the_prefix_is_the_shortest_whatever_the_order_of_arrival(built: Project, server: Server) -> None:
    """Concurrency changes neither the candidates nor the number of requests; none is sent in vain."""
    first = built.outputs()
    kept = built.rows("data/build/instructions/native.jsonl")
    assert len(kept) >= 6
    last = slots(built) - 1
    assert sum(row["slot"] < last for row in kept) < 6

    built.edit_params(lambda p: p["servers"]["stand-in"].update(max_concurrency=1))
    shutil.rmtree(built.root / ".dvc" / "cache")
    shutil.rmtree(built.root / ".dvc" / "seedbed")
    built.repro("--force", "filter")
    assert Counter(server.take()) == {"translated_task": 8, "translated_question": 3, "instructions": last + 1}
    assert built.outputs() == first


@pytest.mark.slow
def test_generated_demonstrations(counted: Project) -> None:
    """A slot may show what earlier waves had accepted, and only that."""

    def change(params: Any) -> None:
        params["generate"].update({"wave": 2, "target": 8})
        params["generate"]["demonstrations"]["generated"] = 1

    counted.edit_params(change)
    counted.repro("filter")
    kept = {row["id"]: row["slot"] for row in counted.rows("data/build/instructions/native.jsonl")}
    candidates = counted.rows("data/build/candidates/native.jsonl")
    drawn = [(row["slot"], kept[id]) for row in candidates for id in row["demonstrations"] if id in kept]
    assert drawn
    assert all(source < slot - slot % 2 for slot, source in drawn)


@pytest.mark.slow
def test_a_second_generation_from_the_machines_seeds(built: Project, server: Server) -> None:
    """It costs its own slots, and its set and its share of the report are its own."""

    def change(params: Any) -> None:
        params["generations"]["machine"] = {"seeds": "machine"}
        params["sets"]["machine"] = {
            "seeds": "data/build/machine/seed_tasks.jsonl",
            "rows": "data/build/instructions/machine.jsonl",
        }

    built.edit_params(change)
    before = built.rows("data/build/instructions/native.jsonl")
    built.repro()
    assert set(server.take()) == {"instructions"}
    assert built.rows("data/build/instructions/native.jsonl") == before
    assert built.rows("data/build/export/machine/messages.jsonl")
    assert "| machine | kept |" in (built.root / "reports/dataset.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_two_generations_that_show_the_same_demonstrations_share_their_requests(built: Project, server: Server) -> None:
    def change(params: Any) -> None:
        params["generations"]["twin"] = {"seeds": "edited"}
        params["sets"]["twin"] = {
            "seeds": "data/build/edited/seed_tasks.jsonl",
            "rows": "data/build/instructions/twin.jsonl",
        }

    server.take()
    built.edit_params(change)
    plan = built.run("seedbed", "plan")
    assert "Nothing to send" in plan
    assert "generate@twin" in plan
    built.repro("export@twin")
    assert server.take() == []
    folder = built.root / "data" / "build" / "instructions"
    assert (folder / "twin.jsonl").read_bytes() == (folder / "native.jsonl").read_bytes()
