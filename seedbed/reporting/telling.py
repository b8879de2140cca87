"""How much a person's vote on an item would tell: by how far the judge may be off there.

The weights are a guess, and only that: the rate that votes correct divides by the probabilities that they lead to, so that a
bad guess makes an interval wider and never wrong.
"""

from collections.abc import Mapping

from seedbed.util.tables import Tables

PLAIN, DOUBTFUL, CONTRADICTED = 1.0, 2.0, 4.0
"""Weights: both orders name one answer; a tie, or orders or judges that differ; the checks say the other answer is right."""


def weights(tables: Tables) -> Mapping[tuple[str, str], float]:
    """Return the weight of each item that was judged, by match and question.

    Args:
        tables: questions, judgments and `check_results`.
    """
    found = {
        (row["match"], row["question"]): PLAIN if row["outcome"] in ("win", "loss") else DOUBTFUL
        for row in tables.query("benchmark/outcomes")
        if row["outcome"] != "invalid"
    }
    for row in tables.query("benchmark/contradictions"):
        found[row["match"], row["question"]] = CONTRADICTED
    return found
