"""The `seedbed` command line: one module per group of commands, each command a thin wrapper.

A command imports what it needs when it is called, so that `seedbed --help` stays quick.
"""

from seedbed.cli import build, explain, pages, project, recorded, requests, review, store
from seedbed.cli.base import app
from seedbed.util.errors import run

__all__ = ["app", "build", "explain", "main", "pages", "project", "recorded", "requests", "review", "store"]


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit code 1."""
    run(app)
