"""Run an answer's code against a question's tests: only with `report.run_code: true`, and never outside of its confines.

Each run is a process of its own, in a session and an empty folder of its own, with no environment, and with what
`confined_child.py` leaves it: no network, no other process, no file to write, 512 MB, 5 seconds. Its output goes nowhere;
what comes back is whether the tests passed, and nothing else. A model that wants to cheat is not held back: its code could
find out how a pass is told.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from seedbed.reporting.checks.kinds import code_blocks
from seedbed.util.errors import UserError

_CHILD = Path(__file__).with_name("confined_child.py")
_MOST_SECONDS = 20
"""Of the clock: a process that sleeps uses no processor."""
_MOST_CODE = 100_000
"""Characters of an answer's code; longer is no answer to a question."""


def run_all(pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """Return, for each pair of an answer and its tests, whether the answer's code passes them.

    Raises:
        UserError: this machine cannot confine a process; nothing was run.
    """
    if not pairs:
        return []
    # A machine that cannot confine says so before the first answer's code.
    if not passes_tests("```python\nx = 1\n```", "assert x == 1"):
        raise UserError(
            "params.yaml: report.run_code: this machine cannot confine the code of answers, which takes Linux with seccomp; "
            "set it to false, or build the report where it can be"
        )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda pair: passes_tests(*pair), pairs))


def passes_tests(answer: str, tests: str) -> bool:
    """Return whether the code of an answer passes the tests; not where it has none, or could not be confined."""
    blocks = code_blocks(answer)
    if not blocks or sum(map(len, blocks)) > _MOST_CODE:
        return False
    word = secrets.token_hex(16)
    given = json.dumps({"blocks": blocks, "tests": tests, "word": word}).encode()
    with TemporaryDirectory() as folder, _pipe() as (reading, writing):
        child = subprocess.Popen(
            # Without PYTHON* variables of ours, the user's packages, `site` and the folder of the script.
            [sys.executable, "-P", "-s", "-S", "-B", str(_CHILD), str(writing)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
            pass_fds=(writing,),
            start_new_session=True,
        )
        try:
            with suppress(subprocess.TimeoutExpired, BrokenPipeError):
                child.communicate(given, timeout=_MOST_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        os.set_blocking(reading, False)
        with suppress(BlockingIOError):
            return os.read(reading, 1000) == b"ready" + word.encode()
    return False


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)
