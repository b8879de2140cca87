"""Responses, tokens and cost that the new revision uses and the old one does not.

That is what the change costs somebody whose store is empty of it. What was really sent depends on each person's store;
`seedbed store builds` tells that.
"""

from pathlib import Path
from typing import Any, cast

from seedbed.diff.comparison import SIDES, NewResponses
from seedbed.diff.datasets import Loaded, load_output
from seedbed.diff.revisions import RESPONSES, Revision, params_of
from seedbed.exchange.costs import Tokens, price_of
from seedbed.project import columns, paths
from seedbed.util.tables import Tables


def new_responses(data: Loaded, old: Revision, new: Revision) -> list[NewResponses]:
    """Return the responses that are new, by stage and model, at the new revision's list prices."""
    changed = {path: files for path, files in data.changed.items() if path.startswith(RESPONSES)}
    if not changed:
        return []
    exchanges = Tables()
    exchanges.run(f"create table exchanges (side text, key text, {columns.EXCHANGES}, stage text)")
    for path, files in sorted(changed.items()):
        for side, file in zip(SIDES, files, strict=True):
            _add(exchanges, side, path, file)
    rows = exchanges.query("diff/responses")
    if rows:
        # An added model may send what an unchanged one sent already: equal requests are paid for once.
        stages = {row["stage"] for row in rows}
        for path, output in old.outputs.items():
            if path.startswith(RESPONSES) and path not in changed and _stage(path).partition("@")[0] in stages:
                same = new.outputs.get(path)
                file = old.file(output) or (new.file(same) if same and same.digest == output.digest else None)
                _add(exchanges, "old", path, file)
        rows = exchanges.query("diff/responses")
    params: Any = {"servers": {}, "prices": {}} | params_of(new)  # a revision may lack either
    for row in rows:
        price = price_of(params, row["endpoint"], row["model"])
        tokens = Tokens(row["input_tokens"], row["output_tokens"], row["cached_input_tokens"])
        row["usd"] = None if price is None else price.dollars(tokens, batch=False)
    return cast(list[NewResponses], rows)


def _add(exchanges: Tables, side: str, path: str, file: Path | None) -> None:
    if file:
        load_output(exchanges, path, file, f"key text, {columns.EXCHANGES}", ("stage", _stage(path)))
        exchanges.run(f"insert into exchanges select '{side}', output.* from output")


def _stage(path: str) -> str:
    """Return the stage whose transcript it is, e.g. `answer@good`."""
    return paths.stage_of_transcript(path)
