"""The trials of kills, of faults at the wire and of forgetting, whose figures the benchmarks' page has; here small."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.harness import ROOT


def measured(*command: str) -> Any:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.slow
def test_kills_cost_nothing_that_had_arrived() -> None:
    found = measured("benchmarks.kills", "--trials", "4", "--seed", "1000")
    assert found["refused"] == 0, found["said"]
    assert found["paid_again"] == 0
    assert found["bytes_equal"] == found["trials"] == 4


@pytest.mark.slow
def test_a_fault_at_the_wire_costs_one_request_and_changes_no_byte() -> None:
    found = measured("benchmarks.faults", "--rows", "120")
    assert found["same_bytes"]
    assert found["faults"] > 15
    assert sum(found["extra"].values()) == found["faults"]
    assert found["extra_of_others"] == 0


@pytest.mark.slow
def test_whatever_two_people_forget_nothing_is_paid_twice() -> None:
    """Both forget the pull and the harvest: a pushed transcript is brought, one that was not pushed stops the build."""
    found = measured("benchmarks.forgetting", "--only", "14", "15")
    pushed, not_pushed = found["each"]
    assert not pushed["push"]
    assert not_pushed["push"] == ["ann"]
    assert [each["paid_twice"] for each in found["each"]] == [0, 0]
    assert pushed["said"] == []
    assert [said.partition(":")[0] for said in not_pushed["said"]] == ["ben"]
