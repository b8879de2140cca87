"""What `seedbed review import` says, and the question that it asks before it saves."""

from collections import Counter
from pathlib import Path

import typer

from seedbed.project import paths
from seedbed.review.sheets.round_trip import Import, apply, read_sheet
from seedbed.util.errors import UserError
from seedbed.util.words import count


def import_edits(path: Path, editor: str | None = None, yes: bool = False) -> str:
    """Read a workbook, say what is wrong and what would change, ask, save, and return what was done.

    Args:
        path: a workbook that `seedbed review export` wrote.
        editor: who worked in it; None where nobody says.
        yes: save without asking.

    Raises:
        UserError: the file cannot be read, nothing in it can be saved, or an edit changed while the question was on the screen.
    """
    sheet = read_sheet(path, editor)
    for problem in sheet.problems:
        print(f"not applied: {problem}")
    for proposal in sheet.proposals:
        print(f"to save: {proposal}")
    print(_summary(sheet))
    if not sheet.proposals:
        if sheet.problems:
            raise UserError(f"{path}: nothing to save; the problems are listed above")
        return "nothing to save"
    if not yes and not typer.confirm(f"Save {count(len(sheet.proposals), 'edit')} to {paths.EDITS}?"):
        return "nothing was saved"
    refused = apply(sheet)
    for problem in refused:
        print(f"not applied: {problem}")
    saved = count(len(sheet.proposals) - len(refused), "edit")
    if refused:
        raise UserError(f"{saved} saved, {len(refused)} not saved (see above); export again before you continue editing")
    return f"{saved} saved; `seedbed repro` builds with them"


def _summary(sheet: Import) -> str:
    decisions = Counter(proposal.decision for proposal in sheet.proposals)
    words = [f"{number} to save as {decision}" for decision, number in sorted(decisions.items())]
    words += [f"{sheet.untouched} left alone", f"{len(sheet.problems)} not applied"]
    return ", ".join(words)
