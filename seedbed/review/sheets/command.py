"""What `seedbed review import` says, and the question that it asks before it saves."""

from collections import Counter
from pathlib import Path

import typer

from seedbed.review.sheets.round_trip import Import, apply, read_sheet
from seedbed.util.errors import UserError


def import_edits(path: Path, editor: str | None = None, yes: bool = False) -> str:
    """Read a workbook, say what is wrong and what would change, ask, save, and return what was done.

    Args:
        path: a workbook that `seedbed review export` wrote.
        editor: who worked in it; None where nobody says.
        yes: save without asking.

    Raises:
        UserError: the file cannot be read, nothing in it can be saved, or an edit changed while the question stood.
    """
    found = read_sheet(path, editor)
    for problem in found.problems:
        print(f"not applied: {problem}")
    for proposal in found.proposals:
        print(f"to save: {proposal}")
    print(_counted(found))
    if not found.proposals:
        if found.problems:
            raise UserError(f"{path}: nothing to save; see above what is wrong in it")
        return "nothing to save"
    if not yes and not typer.confirm(f"Save {_edits(len(found.proposals))} to data/edits?"):
        return "nothing was saved"
    refused = apply(found)
    for problem in refused:
        print(f"not applied: {problem}")
    saved = len(found.proposals) - len(refused)
    if refused:
        raise UserError(f"{_edits(saved)} saved, {len(refused)} not: see above; export again to go on from what is there now")
    return f"{_edits(saved)} saved; `make repro` builds with them"


def _counted(found: Import) -> str:
    decisions = Counter(proposal.edit["decision"] for proposal in found.proposals)
    words = [f"{count} to save as {decision}" for decision, count in sorted(decisions.items())]
    words += [f"{found.untouched} left alone", f"{len(found.problems)} not applied"]
    return ", ".join(words)


def _edits(count: int) -> str:
    return "1 edit" if count == 1 else f"{count} edits"
