"""Editions: the version number of the rules that determine a stage's bytes, one per stage.

The library is no dependency of a stage, since an installed library has no path that two machines share. `params.yaml`
names the edition that each stage was built with, and a stage depends on its own. An edition is raised here when the same
inputs would give other bytes; CHANGELOG.md says what changed and what it costs.
"""

from collections.abc import Mapping

EDITIONS: dict[str, int] = {
    "translate": 3,
    "post_edit": 2,
    "as_translated": 1,
    "generate": 3,
    "filter": 2,
    "export": 2,
    "train": 1,
    "answer": 2,
    "answer_base": 1,
    "answer_trained": 1,
    "judge": 3,
    "score": 1,
    "benchmark": 9,
    "dataset": 10,
}
"""The edition of this library, by stage."""


def other_edition(editions: Mapping[str, int]) -> tuple[str, str] | None:
    """Return the first stage whose edition is not this library's, and what to do about it; None where there is none."""
    for stage, known in EDITIONS.items():
        named = editions.get(stage, 0)
        if named < known:
            return stage, f"the project uses edition {named}, but this library builds edition {known}; run `seedbed upgrade`"
        if named > known:
            return stage, (
                f"the project uses edition {named}, but this library only supports {known}; install the Seedbed version in "
                "requirements.lock, or a newer one"
            )
    return None
