"""`seedbed diff`: render the comparison of two revisions as text."""

import json

from seedbed.diff.compare import compare
from seedbed.diff.html_page import html
from seedbed.diff.markdown import markdown
from seedbed.diff.page import page
from seedbed.diff.revisions import revision
from seedbed.project import paths
from seedbed.util.errors import UserError


def render(old: str, new: str | None, form: str) -> str:
    """Return what differs between two revisions.

    Args:
        old: a commit, branch or tag.
        new: another one; None for the working tree.
        form: `markdown`, never longer than a comment may be, `html` or `json`.

    Raises:
        UserError: no project here, no such revision, or a file of it that is not what it should be.
    """
    before, after = revision(old), revision(new)
    if not paths.DVC_YAML.is_file():
        raise UserError("dvc.yaml: no such file; run `seedbed diff` in the folder that holds the project's dvc.yaml")
    comparison = compare(before, after)
    if form == "json":
        return json.dumps(comparison, ensure_ascii=False, indent=2, default=str) + "\n"
    whole = page(comparison)
    return html(whole) if form == "html" else markdown(whole)
