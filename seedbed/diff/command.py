"""`seedbed diff`: compare two revisions, and show what differs."""

import json

from seedbed.diff.compare import compare
from seedbed.diff.comparison import Comparison
from seedbed.diff.html_page import html
from seedbed.diff.markdown import markdown
from seedbed.diff.page import page
from seedbed.diff.revisions import revision
from seedbed.diff.terminal import show
from seedbed.project import paths
from seedbed.util.console import wide_console
from seedbed.util.errors import UserError


def compared(old: str, new: str | None) -> Comparison:
    """Return what differs between two revisions.

    Args:
        old: a commit, branch or tag.
        new: another one; None for the working tree.

    Raises:
        UserError: no project here, no such revision, or a file of it that is not what it should be.
    """
    before, after = revision(old), revision(new)
    if not paths.DVC_YAML.is_file():
        raise UserError("dvc.yaml: no such file; run `seedbed diff` in the folder that holds the project's dvc.yaml")
    return compare(before, after)


def rendered(comparison: Comparison, form: str) -> str:
    """Return a comparison as `markdown`, never longer than a comment may be, `html` or `json`."""
    if form == "json":
        return json.dumps(comparison, ensure_ascii=False, indent=2, default=str) + "\n"
    whole = page(comparison)
    return html(whole) if form == "html" else markdown(whole)


def print_comparison(comparison: Comparison, form: str) -> None:
    """Print a comparison; as Markdown only where no terminal is at the other end."""
    console = wide_console()
    if form == "markdown" and console.is_terminal:
        show(page(comparison), console)
    else:
        print(rendered(comparison, form), end="")
