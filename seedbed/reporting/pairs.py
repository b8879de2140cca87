"""How the near-duplicate threshold decides pairs that people have judged: `data/pairs/<language>.jsonl`.

{"duplicate":true,"first":"List three benefits of …","id":"pair-05","second":"What are three good things about …"}
"""

from collections.abc import Sequence
from typing import Literal, TypedDict

from seedbed.filtering.similarity import Encoder, Pool, rouge_score
from seedbed.filtering.tokenisers import load_tokeniser
from seedbed.project import paths
from seedbed.project.params_types import Params
from seedbed.util.rows import read_rows


class JudgedPair(TypedDict):
    """Two instructions with their score (ROUGE-L F), what the filter decides of the second one, and what a person says."""

    first: str
    second: str
    score: float
    decision: Literal["rejected", "kept"]
    person: Literal["duplicate", "different"]


def judged_pairs(params: Params) -> list[JudgedPair]:
    """Return the pairs of the language's file; none where it has none.

    Raises:
        UserError: the file has a mistake, or the tokeniser that `filter.tokeniser` names is not installed.
    """
    path, similarity = paths.pairs(params["language"]), params["filter"]["similarity"]
    if not path.is_file():
        return []
    tokenise, encode = load_tokeniser(params["filter"]["tokeniser"]), Encoder()
    pairs: list[JudgedPair] = []
    for row in read_rows(path, "pair"):
        pool = Pool(similarity["threshold"], similarity["reject"] == ">")
        first, second = encode.all([tokenise(row["first"]), tokenise(row["second"])])
        pool.add(row["id"], first)
        pairs.append(
            {
                "first": row["first"],
                "second": row["second"],
                "score": round(rouge_score(first, second), 3),
                "decision": "rejected" if pool.nearest(second) else "kept",
                "person": "duplicate" if row["duplicate"] else "different",
            }
        )
    return pairs


def agreeing(pairs: Sequence[JudgedPair]) -> dict[str, tuple[int, int]]:
    """Return by what a person says, `duplicate` or `different`, (pairs that are decided so, pairs)."""
    right = {"duplicate": "rejected", "different": "kept"}
    return {
        person: (
            sum(pair["decision"] == decision for pair in pairs if pair["person"] == person),
            sum(pair["person"] == person for pair in pairs),
        )
        for person, decision in right.items()
    }
