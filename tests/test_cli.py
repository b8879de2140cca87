"""The command line: a mistake is one sentence and exit code 1."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import seedbed
from seedbed.cli import app
from tests.harness import Project


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("seedbed", "serve", "--port", "70000"), "65535"),
        (("seedbed", "store", "export", "data"), "data: cannot be written"),
        (("seedbed", "serve", "--fault", "500=2"), "expected a share between 0 and 1"),
        (("seedbed", "diff", "--json", "--html"), "--json and --html cannot be combined; use one of them"),
    ],
)
def test_an_argument_that_cannot_be(project: Project, command: tuple[str, ...], message: str) -> None:
    assert message in project.run(*command, fails=True)


def test_open_hands_the_browser_what_was_built(project: Project, tmp_path: Path) -> None:
    """The browser is a program that notes what it was given; without one the path alone is printed."""
    said = project.run("seedbed", "open", fails=True)
    assert "error: reports/benchmark.html: no such file; `seedbed repro benchmark` builds it" in said
    assert "`seedbed diff --html --out reports/diff.html` writes it" in project.run("seedbed", "open", "diff", fails=True)
    page = project.root / "reports" / "dataset.html"
    page.write_text("<p>", encoding="utf-8")
    said = project.run("seedbed", "open", "dataset", DISPLAY="", WAYLAND_DISPLAY="", BROWSER="")
    assert said.splitlines() == [str(page), "no browser found: open this file in one"]
    browser, noted = tmp_path / "browser", tmp_path / "noted"
    browser.write_text(f'#!/bin/sh\necho "$1" > {noted}\n', encoding="utf-8")
    browser.chmod(0o755)
    assert project.run("seedbed", "open", "dataset", BROWSER=f"{browser} %s") == f"{page}\n"
    assert noted.read_text(encoding="utf-8") == f"{page.as_uri()}\n"


def test_a_port_that_is_taken(project: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}" in project.run("seedbed", "serve", "--port", str(port), fails=True)


def test_all_mistakes_are_lines_on_stderr_and_the_exit_code_is_1(project: Project) -> None:
    project.replace("params.yaml", "target: 6", "target: 0")
    project.replace("params.yaml", "bootstrap: 1000", "bootstrap: 0")
    output = project.run("seedbed", "check", fails=True)
    first, *lines = output.splitlines()
    assert first == "error: 2 mistakes:"
    assert ["generate.target" in lines[0], "report.bootstrap" in lines[1]] == [True, True]
    assert len(lines) == 2


def test_the_version(project: Project) -> None:
    assert project.run("seedbed", "--version") == f"seedbed {seedbed.__version__}\n"


@pytest.mark.parametrize(
    "command", [(), ("diff",), ("plan",), ("serve",), ("store", "prune"), ("review", "invite"), ("import", "answers")]
)
def test_the_help_of_an_option_without_a_value_shows_no_type(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "80"}).output
    assert "--help" in shown
    assert "<bool>" not in shown
    assert "<list" not in shown


def test_python_m_seedbed_is_seedbed() -> None:
    ran = subprocess.run([sys.executable, "-m", "seedbed", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"seedbed {seedbed.__version__}\n"
