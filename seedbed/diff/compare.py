"""Compare two revisions: all differences as one structure, with a summary of one to three lines."""

from collections import Counter
from collections.abc import Iterable

from seedbed.diff import bill, datasets, results, settings, staleness
from seedbed.diff.comparison import Comparison, DatasetChange
from seedbed.diff.methods import method_changes
from seedbed.diff.rates import rates
from seedbed.diff.revisions import Revision, params_of
from seedbed.pipeline.graph import mapping
from seedbed.project.params_types import STAND_IN
from seedbed.util.canonical import JsonObject


def compare(old: Revision, new: Revision) -> Comparison:
    """Return all that differs: each key holds a list that is empty where there is nothing to say.

    Raises:
        UserError: a file of either revision cannot be read as what it should be; one that is merely absent from this
            machine is listed under `unread`.
    """
    data = datasets.loaded(old, new)
    sources, rows = datasets.compared(data)
    outcomes = results.judged(data, old, new)
    return {
        "old": {"name": old.name, "commit": old.commit},
        "new": {"name": new.name, "commit": new.commit},
        "stand_in": _stand_in(old, new),
        "unread": data.unread,
        "not_built": [stage for at in (old, new) for stage in staleness.not_built(at)],
        "prompts": settings.prompts(old, new),
        "parameters": settings.parameters(old, new),
        "sources": sources,
        "rows": rows,
        "filter": results.decisions(data),
        "training_sets": results.training_sets(data),
        "answers": results.answers(data, old, new),
        "verdicts": results.verdicts(outcomes),
        **rates(outcomes, data, old, new),
        "methods": method_changes(old, new),
        "responses": bill.new_responses(data, old, new),
    }


def _stand_in(old: Revision, new: Revision) -> list[str]:
    """Return what the stand-in makes in either revision, by what its parameters say."""
    rehearsed = set()
    for at in (old, new):
        params = params_of(at)
        matches = mapping(params.get("matches")).values()
        asked = {
            "translations": [params.get("translate")] if params.get("corpora") else [],
            "instructions": [params.get("generate")] if params.get("generations") else [],
            "answers": list(mapping(params.get("models")).values()),
            "verdicts": _judges(params) if any("recorded" not in mapping(match) for match in matches) else [],
        }
        rehearsed |= {what for what, blocks in asked.items() if any(mapping(b).get("endpoint") == STAND_IN for b in blocks)}
    return [what for what in ("translations", "instructions", "answers", "verdicts") if what in rehearsed]


def _judges(params: JsonObject) -> list[JsonObject]:
    """Return the judges of a revision; what an entry of a jury leaves out is as `judge` says."""
    shared = mapping(params.get("judge"))
    return [shared | mapping(entry) for entry in mapping(params.get("judges")).values()] or [shared]


def is_same(comparison: Comparison) -> bool:
    """Whether there is nothing to show but names."""
    written = (comparison["prompts"], comparison["parameters"], comparison["sources"], comparison["rows"])
    built = (comparison["training_sets"], comparison["answers"], comparison["responses"])
    rated = (comparison["win_rates"], comparison["turns"], comparison["ratings"], comparison["methods"])
    return not any((*written, *built, *rated))


def totals(rows: Iterable[DatasetChange]) -> dict[str, int]:
    """Return how many rows of several datasets together were added, removed and changed."""
    counts = Counter[str](added=0, removed=0, changed=0, same_text=0)
    for row in rows:
        counts.update(added=row["added"], removed=row["removed"], changed=row["changed"], same_text=row["same_text"])
    return dict(counts)
