"""Everything that can be checked before the first request, all of it: params, prompts, data."""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from seedbed.pipeline import mistakes
from seedbed.pipeline.graph import load_stages, with_all_before
from seedbed.pipeline.notices import notices
from seedbed.pipeline.plugin_names import unknown_names
from seedbed.pipeline.prune import prune
from seedbed.pipeline.repair import mend_half_files
from seedbed.project import paths
from seedbed.project.corpora import question_corpora
from seedbed.project.params import load_params, older_project, params_problems
from seedbed.project.params_types import Params
from seedbed.project.prompts import VARIABLES
from seedbed.sending.languages import language_mismatches
from seedbed.util.errors import UserError
from seedbed.util.words import count

_MOST = 50
"""Mistakes that are listed before the rest is only counted."""


def check_all(targets: Sequence[str] = ()) -> str:
    """Check the whole project, repair partial files of an interrupted `dvc`, and return a summary in one line.

    Args:
        targets: stages to build; see `refuse_mistakes`.

    Raises:
        UserError: everything that is wrong, a line each.
    """
    params, rows = refuse_mistakes(targets, mend_half_files)
    for path in prune(params):
        print(f"{path}: deleted, since params.yaml no longer lists it; it is in the DVC cache", file=sys.stderr)
    for notice in notices(params, rows):
        print(notice, file=sys.stderr)
    counts = [f"{len(rows_of_kind)} {name.replace('_', ' ')}" for name, rows_of_kind in rows.items()]
    return f"{paths.PARAMS}, {count(len(VARIABLES), 'prompt')}, {', '.join(counts)}: all valid"


def refuse_mistakes(
    targets: Sequence[str] = (), first: Callable[[], None] = lambda: None
) -> tuple[Params, dict[str, list[Any]]]:
    """Return params and the rows of each corpus where the whole project is valid; changes nothing.

    Args:
        targets: stages to build; where they rest on no generated data, seeds, tokeniser and training sets may be missing.
        first: called before, and what it raises is listed with the rest.

    Raises:
        UserError: everything that is wrong, a line each.
    """
    if older := older_project():  # what else it lacks is no mistake of its author
        raise UserError(older)
    found: list[str] = []

    def collect(look: Callable[[], Iterable[str]]) -> None:
        try:
            found.extend(look())
        except UserError as error:
            found.append(str(error))

    collect(lambda: mistakes.loads(first))
    collect(mistakes.of_pipeline)
    before = len(found)
    collect(params_problems)
    params_are_whole = len(found) == before
    collect(mistakes.of_prompts_and_replies)
    if not params_are_whole:  # of the data only the form of the rows can be checked
        collect(mistakes.of_rows_alone)
        collect(mistakes.of_other_files)
        collect(mistakes.of_params_alone)
        raise UserError(_listed(found))
    params = load_params()
    rows: dict[str, list[Any]] = {name: [] for name in params["corpora"]}
    generates = cache(lambda: _generates(targets))  # DVC is asked only where something is wrong that it matters for
    collect(lambda: mistakes.of_corpora(params, rows, generates))
    collect(lambda: unknown_names(params))
    collect(lambda: mistakes.of_tokeniser(params, generates))
    collect(lambda: language_mismatches(params))
    collect(lambda: mistakes.of_language_files(params))
    collect(lambda: mistakes.of_variables_to_show(params))
    asked = [row for name in question_corpora(params) for row in mistakes.rows_in_build(name, rows[name], params)]
    collect(lambda: mistakes.of_references(asked, params))
    if len(found) == before:
        collect(lambda: mistakes.of_recorded_answers(asked, params))
    collect(lambda: mistakes.of_edits(params))
    collect(mistakes.of_other_files)
    if labels := params["report"].get("labels"):
        collect(lambda: mistakes.of_rows(paths.labels(labels), "label"))
    collect(lambda: (words for words in mistakes.of_sets(params) if generates()))
    known = {mistake.partition(":")[0] for mistake in found}
    collect(lambda: (words for path, words in mistakes.of_missing_files(params) if path not in known))
    if found:
        raise UserError(_listed(found))
    return params, rows


def _listed(found: list[str]) -> str:
    unique = list(dict.fromkeys(found))
    if len(unique) == 1:
        return unique[0]
    more = f"\nand {len(unique) - _MOST} more" if len(unique) > _MOST else ""
    return f"{count(len(unique), 'mistake')}:\n" + "\n".join(unique[:_MOST]) + more


def _generates(targets: Sequence[str]) -> bool:
    """Whether a build, of everything or of some targets, generates instructions or makes training sets."""
    if not targets:
        return True
    try:
        names = with_all_before(targets, load_stages())
    except UserError:  # which the build says itself
        return True
    return not {"generate", "export"}.isdisjoint(name.partition("@")[0] for name in names)
