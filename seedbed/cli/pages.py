"""The command `open`: show a report in the browser."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seedbed.cli.base import InProject, app
from seedbed.util.errors import UserError


class Built(StrEnum):
    """What there is to open."""

    BENCHMARK = "benchmark"
    DATASET = "dataset"
    ROWS = "rows"
    DIFF = "diff"


_PAGES = {
    Built.BENCHMARK: (Path("reports/benchmark.html"), "`seedbed repro benchmark` builds it"),
    Built.DATASET: (Path("reports/dataset.html"), "`seedbed repro dataset` builds it"),
    Built.ROWS: (Path("reports/rows.html"), "`seedbed repro dataset` builds its rows"),
    Built.DIFF: (Path("reports/diff.html"), "`seedbed diff --html --out reports/diff.html` writes it"),
}


@app.command("open", cls=InProject)
def open_page(
    what: Annotated[
        Built, typer.Argument(help="Which page. rows is generated when you open it, and shows every row of the dataset.")
    ] = Built.BENCHMARK,
) -> None:
    """Open a report in the browser; print its path if there is no browser."""
    import webbrowser

    path, how = _PAGES[what]
    if what is Built.ROWS:
        from seedbed.project.params import load_params
        from seedbed.reporting.rows_page import write_rows_page

        write_rows_page(load_params())
    if not path.is_file():
        raise UserError(f"{path}: no such file; {how}")
    print(path.resolve())
    # A browser of the terminal would take the shell over, and hides what the page draws.
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    screen = named or sys.platform in ("win32", "darwin")
    if not screen or not webbrowser.open(path.resolve().as_uri()):
        print("no browser found: open this file in one", file=sys.stderr)
