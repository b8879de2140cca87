"""`python -m tests.sending.other_build STAGE COUNT SETTINGS`: a build of another project, in the current folder.

It asks as a stage does, COUNT requests that are the same wherever it is run, at a server with SETTINGS (JSON).
"""

import json
import sys

from seedbed.util.errors import run
from tests.sending.conftest import ask_as_stage


def main() -> None:
    stage, count, settings = sys.argv[1:]
    results = ask_as_stage(stage, tuple(f"text {n}" for n in range(int(count))), None, json.loads(settings))
    assert all(result.failure is None for result in results)


if __name__ == "__main__":
    run(main)
