"""Estimate what the next build of an upgraded project would send, by planning a copy with the upgraded files.

Files are linked, not copied, and an upgraded one takes the place of its link, so that the project stays as it is.
"""

import os
import shutil
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from seedbed.pipeline.plan import Plan
from seedbed.project import paths
from seedbed.util.errors import UserError
from seedbed.util.rows import write_text
from seedbed.util.words import count, few

_LEFT_OUT = shutil.ignore_patterns(".git", ".dvc", ".venv*", "__pycache__", "node_modules")


def bill_in_words(files: Mapping[str, bytes | None]) -> str:
    """Return how many requests the next build will send, and for how much.

    Args:
        files: what an upgrade will write, by path; None for a file that it deletes.

    Returns:
        One sentence; where the upgraded files cannot be planned with, it says why.
    """
    try:
        plan = _plan_with(files)
    except UserError as error:
        return (
            f"the next build's requests cannot be estimated until the files are valid: {error}; then `seedbed plan` shows them"
        )
    requests, at_most, dollars = plan.total
    if not requests:
        return "the next build will send no requests"
    stages = few([f"{stage.stage} {stage.new}" for stage in plan.stages if stage.new], 6)
    cost = (
        "; a price is unknown (prices in params.yaml)" if dollars is None else f", for about ${dollars:.2f}" if dollars else ""
    )
    return f"the next build will send {'about ' if at_most else ''}{count(requests, 'request')} ({stages}){cost}"


def _plan_with(files: Mapping[str, bytes | None]) -> Plan:
    from dvc.config import Config

    project, store, cache = Path.cwd(), paths.store().resolve(), paths.cache_folder().resolve()
    scratch = project / ".dvc" / "tmp"  # which git ignores, and on the same disk
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch, prefix="upgrade-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(project, copy, symlinks=True, ignore=_LEFT_OUT, copy_function=_link)
        (copy / ".dvc").mkdir()
        for name in ("config", "config.local"):
            if (project / ".dvc" / name).is_file():
                shutil.copyfile(project / ".dvc" / name, copy / ".dvc" / name)
        with Config(str(copy / ".dvc")).edit("local") as config:
            config.setdefault("core", {})["no_scm"] = True
            config.setdefault("cache", {})["dir"] = str(cache)
        for path, content in files.items():
            if content is None:
                (copy / path).unlink(missing_ok=True)
            else:
                write_text(copy / path, content.decode())
        with chdir(copy):
            return Plan(store=store)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
