"""`python -m tests.api_page FOLDER`: writes the API pages of what the library exports, from its docstrings."""

import sys
from importlib import import_module
from pathlib import Path

import pdoc
import pdoc.render

PACKAGES = ("seedbed.filtering", "seedbed.store", "seedbed.reporting")


def write(folder: Path) -> None:
    for package in map(import_module, PACKAGES):
        for name in package.__all__:
            getattr(package, name)  # pdoc knows only what was loaded
    pdoc.render.configure(docformat="google", footer_text="")
    pdoc.pdoc(*PACKAGES, output_directory=folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
