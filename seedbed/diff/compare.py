"""All that differs between two revisions, as one structure, and one to three lines on it."""

from typing import Any

from seedbed.diff import bill, datasets, results, settings
from seedbed.diff import staleness as built
from seedbed.diff.revisions import Revision, document, mapping
from seedbed.project.params import STAND_IN
from seedbed.util.rows import Row

Comparison = dict[str, Any]
"""What `compare` returns; `seedbed diff --json` prints it."""


def compare(old: Revision, new: Revision) -> Comparison:
    """Return all that differs: each key holds a list that is empty where there is nothing to say.

    Raises:
        UserError: a file of either revision cannot be read as what it should be; one that is merely absent from this
            machine is listed under `unread`.
    """
    with datasets.loaded(old, new) as made:
        sources, rows = datasets.compared(made)
        return {
            "old": {"name": old.name, "commit": old.commit},
            "new": {"name": new.name, "commit": new.commit},
            "stand_in": _stand_in(old, new),
            "unread": made.unread,
            "not_built": [stage for at in (old, new) for stage in built.not_built(at)],
            "prompts": settings.prompts(old, new),
            "parameters": settings.parameters(old, new),
            "sources": sources,
            "rows": rows,
            "filter": results.decisions(made),
            "answers": results.answers(made, old, new),
            "verdicts": results.verdicts(made, old, new),
            "win_rates": results.win_rates(old, new),
            "responses": bill.new_responses(made, old, new),
        }


def _stand_in(old: Revision, new: Revision) -> list[str]:
    """Return what the stand-in makes in either revision, by what its parameters say."""
    found = set()
    for at in (old, new):
        params = document(at, "params.yaml")
        matches = mapping(params.get("matches")).values()
        asked = {
            "translations": [params.get("translate")],
            "instructions": [params.get("generate")],
            "answers": list(mapping(params.get("models")).values()),
            "verdicts": [params.get("judge")] if any("recorded" not in mapping(match) for match in matches) else [],
        }
        found |= {what for what, blocks in asked.items() if any(mapping(b).get("endpoint") == STAND_IN for b in blocks)}
    return [what for what in ("translations", "instructions", "answers", "verdicts") if what in found]


def is_same(comparison: Comparison) -> bool:
    """Whether there is nothing to show but names."""
    shown = ("prompts", "parameters", "sources", "rows", "answers", "win_rates", "responses")
    return not any(comparison[key] for key in shown)


def totals(rows: list[Row]) -> dict[str, int]:
    """Return what became of the rows of several datasets together."""
    return {name: sum(row[name] for row in rows) for name in ("added", "removed", "changed", "same_text")}
