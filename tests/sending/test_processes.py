"""A process is known by its number and when it started, and a build by its process, whatever the clock says."""

import os
import sys

import psutil
import pytest

from seedbed.sending.build_process import Parent
from seedbed.sending.processes import is_alive, start_of


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system keeps no count that is free of the clock")
def test_a_clock_that_is_set_changes_no_builds_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system takes the time at which the machine started from the clock."""
    before, start, seconds = Parent().build, start_of(os.getpid()), psutil.Process().create_time()
    boot_time = psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: boot_time + 3600)
    assert psutil.Process().create_time() == pytest.approx(seconds + 3600, abs=1)
    assert Parent().build == before
    assert is_alive(os.getpid(), start)


def test_a_number_that_another_process_has_now_is_not_the_one_that_was_meant() -> None:
    assert not is_alive(os.getpid(), start_of(os.getpid()) - 100)
    assert not is_alive(2**22 + 1, 0)
