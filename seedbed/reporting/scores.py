"""Scores of all matches as arrays by question, for paired comparisons and regressions."""

from dataclasses import dataclass

import numpy as np

from seedbed.reporting.statistics.resamples import Floats
from seedbed.util.tables import Tables


@dataclass(frozen=True)
class Scores:
    """What each question says of each match.

    Attributes:
        matches: names, with model and baseline, in the order of the columns.
        questions: ids, in the order of the rows.
        categories: of the questions.
        scores: shape (questions, matches), 1 for a win, ½ for a tie, 0 for a loss; NaN where invalid or not judged.
        longer: shape (questions, matches), characters of the model's answer less those of the baseline's; NaN where unknown.
        marked: the same of marks of Markdown.
    """

    matches: dict[str, tuple[str, str]]
    questions: list[str]
    categories: list[str]
    scores: Floats
    longer: Floats
    marked: Floats

    def of(self, match: str, category: str = "all") -> Floats:
        """Return the valid scores of a match in one category, or in all."""
        column = self.scores[:, list(self.matches).index(match)]
        selected = ~np.isnan(column)
        if category != "all":
            selected &= np.array(self.categories) == category
        return column[selected]


def read_scores(tables: Tables) -> Scores:
    """Return the rows of `queries/benchmark/scores.sql` as arrays."""
    rows = tables.query("benchmark/scores")
    matches = {row["match"]: (row["model"], row["baseline"]) for row in rows}
    categories = {row["question"]: row["category"] for row in rows}
    questions = {name: place for place, name in enumerate(sorted(categories))}
    columns = {name: place for place, name in enumerate(matches)}
    arrays = np.full((3, len(questions), len(matches)), np.nan)
    if rows:
        at = [questions[row["question"]] for row in rows], [columns[row["match"]] for row in rows]
        for place, name in enumerate(("score", "longer", "marked")):
            arrays[place][at] = [np.nan if row[name] is None else row[name] for row in rows]
    return Scores(matches, list(questions), [categories[name] for name in questions], *arrays)
