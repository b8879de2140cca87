"""What the new revision rests on and the old one did not: responses, their tokens and their dollars.

That is what the change costs somebody whose store is empty of it. What was really sent depends on each person's store;
`seedbed store builds` tells that.
"""

from pathlib import Path

from seedbed.diff.datasets import SIDES, Loaded, expected_outputs
from seedbed.diff.revisions import Revision, document
from seedbed.exchange.costs import Tokens, price_of
from seedbed.project.paths import FOLDER
from seedbed.util.errors import UserError
from seedbed.util.rows import Row
from seedbed.util.tables import EXCHANGES, Tables


def new_responses(made: Loaded, old: Revision, new: Revision) -> list[Row]:
    """Return the responses that are new, by stage and model, at the new revision's list prices.

    Returns:
        `{"stage", "endpoint", "model", "responses", "input_tokens", "cached_input_tokens", "output_tokens", "uncounted",
        "usd"}`: `uncounted` of them came without a count of tokens; `usd` is None where the price is unknown.
    """
    changed = {path: files for path, files in made.changed.items() if path.startswith(FOLDER)}
    if not changed:
        return []
    exchanges = Tables()
    exchanges.run(f"create table exchanges (side text, stage text, key text, {EXCHANGES})")
    for path, files in sorted(changed.items()):
        for side, file in zip(SIDES, files, strict=True):
            _add(exchanges, side, path, file)
    rows = exchanges.query("diff_responses")
    if rows:
        # An added model may send what an unchanged one sent already: equal requests are paid for once.
        params = document(old, "params.yaml")
        for path in expected_outputs(params):
            if (
                path.startswith(FOLDER)
                and path not in changed
                and old.digest(path)
                and _stage(path) in {r["stage"] for r in rows}
            ):
                _add(exchanges, "old", path, old.output(path) or new.output(path))
        rows = exchanges.query("diff_responses")
    params = document(new, "params.yaml")
    for row in rows:
        price = price_of(params, row["endpoint"], row["model"])
        tokens = Tokens(row["input_tokens"], row["output_tokens"], row["cached_input_tokens"])
        row["usd"] = None if price is None else price.dollars(tokens, batch=False)
    return rows


def _add(exchanges: Tables, side: str, path: str, file: Path | None) -> None:
    if file is None:
        return
    exchanges.load("one", [file], f"key text, {EXCHANGES}")
    try:
        stage = path.removeprefix(FOLDER).removesuffix(".jsonl").replace(".", "@", 1)
        exchanges.fill("name", "stage text", [[stage]])
        exchanges.run(f"insert into exchanges select '{side}', name.stage, key, request, response from one, name")
    except ValueError as error:
        raise UserError(f"{path}: not a transcript ({error})") from None


def _stage(path: str) -> str:
    return path.removeprefix(FOLDER).split(".", 1)[0]
