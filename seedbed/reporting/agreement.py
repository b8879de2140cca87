"""Agreement: whether the judge says what people say, and people what other people say.

A row of `agreement_rows`, shortened (percent, with its interval; kappa and alpha from -1 to 1):

    {"match": "good-vs-thin", "category": "all", "items": 40, "majority_s1": 72.5, "majority_s1_low": 57.5, …,
     "kappa": 0.513, "alpha": 0.447, …}
"""

from typing import Any

import numpy as np

from seedbed.project import paths
from seedbed.project.params import Params, Report
from seedbed.project.votes import left_is_model, read_votes, vote_status
from seedbed.reporting.bootstrap import Floats, percentile_interval, resampled_sums
from seedbed.util.rows import Rows
from seedbed.util.tables import Tables

MEASURES = ("majority_s1", "majority_s2", "single_s1", "single_s2", "people_s1", "people_s2")
"""The columns of `queries/human/agreement.sql` that are rates; its header says what they are."""
_OUTCOMES = ("win", "loss", "tie")
_VOTES = (
    "annotator text, match text, model text, baseline text, question text, verdict text, status text, left_is_model boolean, "
    "reason text, seconds double"
)


def load_votes(tables: Tables, params: Params) -> None:
    """Make the table `votes`, each vote with its status; `answers` and `questions` are there.

    Raises:
        UserError: a file of votes is not valid.
    """
    matches = params["matches"]
    answers = {
        (row["model"], row["id"]): row["text"]
        for row in tables.select(
            "select model, answers.id, answers.text from answers join questions on questions.id = answers.id"
        )
    }

    def values(vote: dict[str, Any]) -> tuple[Any, ...]:
        match, place = matches.get(vote["match"]), (vote["annotator"], vote["match"], vote["question"])
        model, baseline = (match["model"], match["baseline"]) if match else (None, None)
        return (
            *(vote["annotator"], vote["match"], model, baseline, vote["question"], vote["verdict"]),
            *(vote_status(vote, matches, answers), left_is_model(*place), vote.get("reason"), vote.get("seconds")),
        )

    tables.fill("votes", _VOTES, map(values, read_votes(paths.VOTES)))


def agreement_rows(tables: Tables, settings: Report) -> Rows:
    """Return the rows of `queries/human/agreement.sql` with kappa, alpha, and the intervals of all measures.

    Intervals are bootstrapped over questions: in `all`, a question's items of all matches are drawn together, since the
    same question in two matches is not two pieces of evidence.

    Args:
        tables: the build's rows; `load_votes` has been called.
        settings: the block `report` of `params.yaml`.

    Returns:
        Each row with `kappa` (judge and majority), `alpha` (people), rounded to 3 places, and `<measure>_low` and
        `<measure>_high` for these and for `MEASURES`; None where there is nothing to compare, or no variation.
    """
    items = tables.query("human/voted")
    rows = tables.query("human/agreement")
    for row in rows:
        mine = [
            item for item in items if row["match"] in (item["match"], "all") and row["category"] in (item["category"], "all")
        ]
        per_question = _by_question(mine)
        found = _statistics(per_question.sum(axis=0, keepdims=True))
        row |= {name: _rounded(float(found[name][0]), 3) for name in ("kappa", "alpha")}
        seed = f"{settings['seed']} agreement {row['match']} {row['category']}"
        drawn = _statistics(resampled_sums(per_question, settings["bootstrap"], seed))
        for name, values in drawn.items():
            bounds = percentile_interval(values, settings["confidence"]) if row[name] is not None else None
            for end, bound in zip(("low", "high"), bounds or (None, None), strict=True):
                row[f"{name}_{end}"] = _rounded(bound, 2 if name in MEASURES else 3)
    return rows


def kappa(tables: Floats) -> Floats:
    """Return Cohen's kappa (Cohen 1960): agreement beyond what the two raters' habits give by chance.

    Args:
        tables: shape (…, c, c), how often rater one said the row's value and rater two the column's.

    Returns:
        Shape (…); NaN where there is nothing, or where chance alone agrees always.
    """
    n = tables.sum(axis=(-2, -1))
    observed = np.trace(tables, axis1=-2, axis2=-1) * n
    expected = (tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1)
    return _ratio(observed - expected, n * n - expected)


def coincidences(counts: Floats) -> Floats:
    """Return what each unit adds to the matrix of coincidences (Krippendorff 2011, "Computing Krippendorff's
    alpha-reliability", section C): each ordered pair of its values counts 1 / (values - 1). A lone value adds nothing.

    Args:
        counts: shape (units, c), how many raters gave the unit each value; a missing rating is counted nowhere.

    Returns:
        Shape (units, c, c).
    """
    values = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    made: Floats = pairs * (values > 1)[:, None, None] / np.maximum(values - 1, 1)[:, None, None]
    return made


def alpha(matrices: Floats) -> Floats:
    """Return Krippendorff's alpha for nominal data: 1 - (n - 1) Σ o_ck / Σ n_c n_k, both over c ≠ k (ibidem).

    Args:
        matrices: shape (…, c, c), sums of `coincidences`.

    Returns:
        Shape (…); NaN where no unit has two values, or all values are the same.
    """
    totals = matrices.sum(axis=-1)
    n = totals.sum(axis=-1)
    disagreed = n - np.trace(matrices, axis1=-2, axis2=-1)
    expected = n * n - (totals * totals).sum(axis=-1)
    return 1 - _ratio((n - 1) * disagreed, expected)


def _by_question(items: Rows) -> Floats:
    """Return what each question adds to the sums that `_statistics` reads, shape (questions, 2 · measures + 9 + 9)."""
    questions = {name: place for place, name in enumerate(dict.fromkeys(item["question"] for item in items))}
    pairs = coincidences(np.array([[i["for_model"], i["for_baseline"], i["for_neither"]] for i in items], dtype=np.float64))
    sums = np.zeros((len(questions), 2 * len(MEASURES) + 18))
    for item, coincidence in zip(items, pairs, strict=True):
        said = np.zeros((3, 3))
        if item["judge"] is not None:
            said[_OUTCOMES.index(item["judge"]), _OUTCOMES.index(item["majority"])] = 1
        counts = [item[f"{name}_{kind}"] for name in MEASURES for kind in ("n", "agreed")]
        sums[questions[item["question"]]] += np.concatenate([counts, said.ravel(), coincidence.ravel()])
    return sums


def _statistics(sums: Floats) -> dict[str, Floats]:
    """Return every measure of rows of sums, shape (rows,) each; NaN where undefined."""
    rates, said, pairs = np.split(sums, [2 * len(MEASURES), 2 * len(MEASURES) + 9], axis=1)
    found = {name: 100 * _ratio(rates[:, 2 * place + 1], rates[:, 2 * place]) for place, name in enumerate(MEASURES)}
    return found | {"kappa": kappa(said.reshape(-1, 3, 3)), "alpha": alpha(pairs.reshape(-1, 3, 3))}


def _ratio(above: Floats, below: Floats) -> Floats:
    """Return above / below; NaN where below is 0, up to the rounding of sums of fractions."""
    zero = np.abs(below) < 1e-9
    return np.where(zero, np.nan, above / np.where(zero, 1, below))


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None or np.isnan(value) else round(value, places) + 0.0  # no -0.0
