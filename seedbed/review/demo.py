"""A copy to try the review page on: of the project's own data, or else of the example project, gone when the page ends."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from seedbed.pipeline.template import project_files
from seedbed.project import paths
from seedbed.project.root import find_project
from seedbed.util.errors import UserError

_EXAMPLE = "ja"
"""The example project's language, which the stand-in speaks."""
_LEFT_OUT = ("responses", "adapters", "training", "candidates")
"""Folders of the build that the page does not read."""


@contextmanager
def temporary_copy() -> Iterator[str]:
    """Go to a temporary project, with a store of its own, and delete it in the end; yield what it is a copy of, in words.

    Raises:
        UserError: the copy cannot be written, or the example project cannot be built.
    """
    own = find_project(Path.cwd())
    with TemporaryDirectory(prefix="seedbed-demo-") as folder, _ended_by_signals(), _store_in(Path(folder)):
        copy = Path(folder) / "project"
        try:
            if own and any((own / paths.BUILD / "translated").glob("*.jsonl")):
                what = f"a temporary copy of {own}"
                _copy(own, copy)
            else:
                what = "a temporary example project, made by the stand-in"
                _build_example(copy)
        except OSError as error:
            raise UserError(
                f"{folder}: cannot be written ({error.strerror}); free some space, or set TMPDIR to another folder"
            ) from None
        with chdir(copy):
            yield what


def _copy(project: Path, target: Path) -> None:
    target.mkdir()
    shutil.copy(project / paths.PARAMS, target)
    unused = shutil.ignore_patterns(*_LEFT_OUT)
    shutil.copytree(
        project / "data",
        target / "data",
        ignore=lambda at, names: unused(at, names) if Path(at).name == paths.BUILD.name else (),
    )


def _build_example(target: Path) -> None:
    for path, content in project_files(_EXAMPLE, bare=False).items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    shutil.rmtree(target / ".dvc")
    inside = {"TMPDIR": str(target.parent), "DVC_SITE_CACHE_DIR": str(target.parent / "cache"), "DVC_NO_ANALYTICS": "1"}
    for command in (("init", "--no-scm", "--quiet"), ("repro", "--quiet", "post_edit", "answer")):
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *command],
            cwd=target,
            env=os.environ | inside,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise UserError(f"--demo: the example project could not be built: {''.join(last)}")


@contextmanager
def _store_in(folder: Path) -> Iterator[None]:
    before = os.environ.get("SEEDBED_STORE")
    os.environ["SEEDBED_STORE"] = str(folder / "store" / "store.sqlite")
    try:
        yield
    finally:
        if before is None:
            del os.environ["SEEDBED_STORE"]
        else:
            os.environ["SEEDBED_STORE"] = before


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Have a closed terminal and `kill` end the process as Ctrl+C does, so that the copy is deleted."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), end) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
