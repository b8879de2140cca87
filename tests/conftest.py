"""Fixtures: a clean environment, a counting server, a tiny project."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from seedbed.filtering.rules import RULES
from seedbed.filtering.tokenisers import TOKENISERS
from seedbed.project import plugins
from seedbed.steps.exporters import EXPORTERS
from seedbed.steps.verdict_formats import VERDICT_FORMATS
from seedbed.util.yaml12 import load_yaml
from tests.dvc_yaml import parse_each_text_once
from tests.harness import ROOT, Project, Server, build_once, copy_project, make_tiny, serve

parse_each_text_once()
LONGEST_S, AGAIN_S = 900, 30
"""Seconds after which a test is given up, and after which its end is, where that hangs too."""


# Hypothesis fails an example that takes 200 ms, as any may on a busy machine.
settings.register_profile("without a clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("without a clock")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(("SEEDBED_", "OPENAI_", "DVC_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_test_goes_on_for_ever() -> Iterator[None]:
    """A test that hangs fails, and the others are run: some calls to a browser have no time limit of their own."""

    def give_up(number: int, frame: object) -> None:
        raise TimeoutError(f"this test took more than {LONGEST_S} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S, AGAIN_S)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def write_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], Path]]:
    """A function that writes `plugins/<name>.py` in a working folder without any; after the test, no plug-in was there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schemas").symlink_to(ROOT / "schemas")
    monkeypatch.setattr(plugins, "_loaded", {})
    for registry in (RULES, TOKENISERS, EXPORTERS, VERDICT_FORMATS):
        monkeypatch.setattr(registry, "_functions", dict(registry._functions))

    def write(name: str, text: str) -> Path:
        path = tmp_path / "plugins" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    yield write
    for name in [name for name in sys.modules if name.startswith("_seedbed_plugins")]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of real public data; tests that use it are skipped where there is none, but never in CI."""
    folder = Path(os.environ.get("SEEDBED_REFERENCE", ROOT.parent / "shared" / "reference"))
    if not folder.is_dir():
        message = f"no reference data at {folder}; set SEEDBED_REFERENCE to its folder"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that is installed on the machine; without one the tests that need it are skipped, but never in CI."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        message = "no browser on this machine: install Chromium to try the pages as people use them"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server that counts."""
    with serve() as made:
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A tiny project on the stand-in."""
    made = copy_project(tmp_path / "project")
    make_tiny(made)
    return made


@pytest.fixture
def counted(tmp_path: Path, server: Server) -> Project:
    """A tiny project that talks to the counting server."""
    made = copy_project(tmp_path / "project")
    make_tiny(made, base_url=server.url, max_retries=3)
    return made


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project as `counted` gives it, built; one for all tests, which copy it."""

    def make(project: Project) -> None:
        with serve() as server:
            make_tiny(project, base_url=server.url, max_retries=3)
            project.build()

    return build_once(tmp_path_factory.getbasetemp(), "built", make)


@pytest.fixture
def built(tmp_path: Path, server: Server, built_once: Project) -> Project:
    """A tiny project that has been built and talks to the counting server."""
    made = built_once.copy(tmp_path / "project")
    address = load_yaml(made.root / "params.yaml")["servers"]["stand-in"]["base_url"]
    made.replace("params.yaml", address, server.url)
    return made
