"""How much a person's vote on an item would tell: by how far the judge may be off there.

The weights are a guess, and only that: the rate that votes correct divides by the probabilities that they lead to, so that a
bad guess makes an interval wider and never wrong.
"""

from collections.abc import Mapping

from seedbed.util.tables import Tables

WEIGHTS = {"plain": 1.0, "doubtful": 2.0, "contradicted": 4.0}
"""By what `queries/human/doubts.sql` says."""


def weights(tables: Tables) -> Mapping[tuple[str, str], float]:
    """Return the weight of each item that was judged, by match and question.

    Args:
        tables: questions, judgments and `check_results`.
    """
    return {(row["match"], row["question"]): WEIGHTS[row["doubt"]] for row in tables.query("human/doubts")}
