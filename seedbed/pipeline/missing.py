"""`seedbed requests export`: what a stage would send now, as files for any engine."""

from pathlib import Path
from shlex import quote

from seedbed.pipeline.plan import Plan
from seedbed.sending.shards import MANIFEST, write_shards
from seedbed.util.errors import UserError, did_you_mean
from seedbed.util.words import count


def export_missing(stage: str, folder: Path, shards: int | None = None) -> str:
    """Write the requests that a stage lacks; return in words what was written.

    A request that rests on a reply that is not there yet cannot be written: it is one of the next export. `generate` goes
    ahead by the share of its instructions that has passed the filter so far.

    Args:
        stage: its name, e.g. `answer@good`.
        folder: where to; new, or empty.
        shards: files for each model; None for as few as the Batch API's limits allow.

    Raises:
        UserError: there is no such stage, it asks nothing, or the folder holds something.
    """
    plan = Plan(gather=stage)
    planned = {each.stage: each for each in plan.stages}
    if stage not in plan.status.names:
        raise UserError(f"{stage}: no stage of this project{did_you_mean(stage, list(plan.status.names))}")
    own = [each for name, each in planned.items() if name == stage or _asks_for(name) == stage]
    waiting = sum(each.new + (each.top_up[0] if each.top_up else 0) for each in own) - len(plan.ready)
    more = f"; {count(waiting, 'more depends', 'more depend')} on missing replies" if waiting > 0 else ""
    if not plan.ready:
        stored = sum(each.stored for each in own)
        known = f", {count(stored, 'response')} in the store" if stored else ""
        return f"{stage}: nothing to export{known}{more}"
    written = write_shards(folder, plan.ready.values(), plan.params["servers"], shards)
    return (
        f"{stage}: {count(len(plan.ready), 'request')} in {count(len(written), 'shard')} in {folder}{more}\n"
        f"put the answers in this folder, keep {MANIFEST}, and run `seedbed requests import {quote(str(folder))}`"
    )


def _asks_for(name: str) -> str:
    """Return the stage that asks as `name`: generations ask for outputs and embeddings too."""
    kind, _, rest = name.partition("@")
    return f"generate@{rest}" if kind in ("outputs", "embed") else name
