"""`.ci/run` itself, with a `make` that only says what the real one says."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.harness import ROOT

UP_TO_DATE = "Data and pipelines are up to date."


def ci_run(folder: Path, second_build: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a new git repository of one commit; its second `make repro` prints `second_build`."""
    project, programs = folder / "project", folder / "bin"
    (project / ".ci").mkdir(parents=True)
    programs.mkdir()
    script = project / ".ci" / "run"
    script.write_bytes((ROOT / ".ci" / "run").read_bytes())
    script.chmod(0o755)
    make = f'#!/bin/sh\n[ "$1" = repro ] || exit 0\n[ -e {folder}/built ] || {{ : >{folder}/built; exit 0; }}\n{second_build}\n'
    for name, text in {"make": make, "chromium": "#!/bin/sh\n"}.items():
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    git = ["git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True)
    env = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(folder)}
    return subprocess.run([str(script)], env=env, capture_output=True, text=True, check=False, timeout=60)


def test_passes_whatever_is_printed_after_the_line_that_it_looks_for(tmp_path: Path) -> None:
    ran = ci_run(tmp_path, f'echo "{UP_TO_DATE}"\nsleep 0.2\nseq 100000 || exit 1')
    said = ".ci/run: no earlier commit with a dvc.lock is here, so editions are not checked; fetch the whole history\n"
    assert (ran.returncode, ran.stderr) == (0, said)
    assert ran.stdout.splitlines()[-1] == "100000"


@pytest.mark.parametrize(
    ("second_build", "said"),
    [
        ("echo Running stage", "the second make repro built something again"),
        (f'echo "{UP_TO_DATE}"\n: >new', "does not reproduce"),
    ],
)
def test_fails_where_the_second_build_is_not_the_first(tmp_path: Path, second_build: str, said: str) -> None:
    ran = ci_run(tmp_path, second_build)
    assert ran.returncode == 1
    assert said in ran.stderr


def test_prints_what_a_failing_build_printed(tmp_path: Path) -> None:
    ran = ci_run(tmp_path, "echo what went wrong\nexit 3")
    assert ran.returncode == 3
    assert "what went wrong" in ran.stdout
