"""The benchmark report: win rates by category, the judge's health, its agreement with people. Tables in, texts out."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from seedbed.project import columns, paths
from seedbed.project.params import Params, Report
from seedbed.reporting.agreement import MEASURES, agreement_rows, load_votes
from seedbed.reporting.bootstrap import bootstrap_interval
from seedbed.reporting.human_sections import agreement_parts
from seedbed.reporting.shared import (
    Rows,
    load_responses,
    made_by_stand_in,
    stand_in_line,
    stand_in_sentence,
    to_csv,
    usage_columns,
    usage_metrics,
)
from seedbed.util.markdown import table
from seedbed.util.tables import Tables

WIN_RATE_COLUMNS = [
    *("match", "model", "baseline", "category", "n", "wins", "losses", "ties", "inconsistent", "invalid"),
    *("win_rate", "adjusted_win_rate", "ci_low", "ci_high", "cut"),
]
_HEALTH_RATES = ["order_agreement", "first_position_rate", "longer_answer_rate", "invalid_rate"]
HEALTH_COLUMNS = ["match", "judgments", *_HEALTH_RATES, "cut_answers"]
_OUTCOMES = {"win": 100.0, "tie": 50.0, "loss": 0.0}
_SOURCES = {"questions": "translations of the questions", "answers": "answers", "judgments": "judgments"}


class Benchmark:
    """What the benchmark report says, worked out once.

    Args:
        params: the whole of `params.yaml`.

    Attributes:
        tables: the build's rows: questions, answers, judgments, votes, exchanges.
        rates: the rows of `queries/benchmark/win_rates.sql` with the interval of the adjusted win rate, in percent.
        health: the rows of `queries/benchmark/judge_health.sql`.
        agreement: as from `agreement_rows`.
        stand_in: the sentence on what the stand-in made; empty where it made nothing.

    Raises:
        UserError: a file of votes is not valid.
    """

    def __init__(self, params: Params) -> None:
        self.params = params
        self.tables = _load(params)
        self.rates = win_rate_rows(self.tables, params["report"])
        self.health = self.tables.query("benchmark/judge_health")
        self.agreement = agreement_rows(self.tables, params["report"])
        rehearsed = made_by_stand_in(self.tables, _SOURCES)
        hollow = {"answers", "judgments"} & {*rehearsed}
        consequence = "the win rates below say nothing about any model" if hollow else "the win rates are real"
        self.stand_in = stand_in_sentence([_SOURCES[name] for name in rehearsed], consequence)

    def win_rates_csv(self) -> str:
        """Return `reports/win_rates.csv`."""
        return to_csv(self.rates, WIN_RATE_COLUMNS)

    def health_csv(self) -> str:
        """Return `reports/judge_health.csv`."""
        return to_csv(self.health, HEALTH_COLUMNS)

    def metrics(self) -> str:
        """Return `reports/benchmark.json`: what `dvc metrics` and `dvc exp show` compare."""
        # The first column is the one that `dvc exp show` has room for.
        wanted = ("adjusted_win_rate", "ci_low", "ci_high", "win_rate", "invalid", "n")
        document = {
            "matches": {row["match"]: _rounded(row, wanted) for row in self.rates if row["category"] == "all"},
            "judge": {row["match"]: {name: row[name] for name in HEALTH_COLUMNS[1:]} for row in self.health},
            "agreement": self._agreement_metrics(),
            "responses": usage_metrics(self.tables),
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

    def _agreement_metrics(self) -> dict[str, Any]:
        """Return how many votes have each status, and what judge and people agree on, over all matches and categories."""
        rows = self.tables.select("select status, count(*) as votes from votes group by status")
        votes = {row["status"]: row["votes"] for row in rows}
        total = next((row for row in self.agreement if row["match"] == row["category"] == "all"), {})
        measures = {name: total[name] for name in (*MEASURES, "kappa", "alpha") if total.get(name) is not None}
        return {status: votes.get(status, 0) for status in ("counted", "stale", "orphaned")} | measures

    def summary(self) -> str:
        """Return `reports/benchmark.md`, which a person reads in a pull request."""
        confidence = self.params["report"]["confidence"]
        parts = ["# Benchmark", *stand_in_line(self.stand_in)]
        parts += ["## Win rates by category", *_rate_tables(self.rates, confidence)]
        parts += ["## The judge's health", table(self.health, HEALTH_COLUMNS) if self.health else "Nothing was judged."]
        parts += ["## Agreement with people", *agreement_parts(self.tables, self.agreement, confidence)]
        parts += ["## Responses that these results rest on", table(self.tables.query("shared/usage"), usage_columns())]
        parts += ["What was generated, filtered and edited is in [dataset.md](dataset.md)."]
        return "\n\n".join(parts) + "\n"


def _load(params: Params) -> Tables:
    tables = Tables()
    models, matches = params["models"], params["matches"]
    tables.load("judgments", [paths.judgments(match) for match in matches], columns.JUDGMENTS)
    tables.load("answers", [paths.answers(model) for model in models], columns.ANSWERS)
    tables.load("questions", [paths.edited("questions")], columns.QUESTIONS)
    transcripts = [paths.transcript(f"answer@{model}") for model in models]
    transcripts += [paths.transcript(f"judge@{match}") for match in matches]
    load_responses(tables, transcripts, params, [params["judge"], *models.values()])
    tables.fill(
        "categories", "name text, place int", ((name, place) for place, name in enumerate(params["labels"]["question"]))
    )
    tables.keep("benchmark/makers")
    load_votes(tables, params)
    return tables


def win_rate_rows(tables: Tables, settings: Report) -> Rows:
    """Return the rows of `queries/benchmark/win_rates.sql` with the bootstrap interval of the adjusted win rate, in percent."""
    values: dict[tuple[str, str], list[float]] = {}
    for row in tables.query("benchmark/outcomes"):
        if row["outcome"] != "invalid":
            for category in (row["category"], "all"):
                values.setdefault((row["match"], category), []).append(_OUTCOMES[row["outcome"]])
    rows = tables.query("benchmark/win_rates")
    for row in rows:
        sample = values.get((row["match"], row["category"]))
        row["ci_low"] = row["ci_high"] = None
        if sample:
            seed = f"{settings['seed']} {row['match']} {row['category']}"
            bounds = bootstrap_interval(np.array(sample), settings["bootstrap"], settings["confidence"], seed)
            row["ci_low"], row["ci_high"] = (round(bound, 4) for bound in bounds)
    return rows


def _rounded(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return some values of a row with two decimals, which is what a table of metrics has room for."""
    return {name: round(row[name], 2) if isinstance(row[name], float) else row[name] for name in names}


def _rate_tables(rates: Rows, confidence: float) -> list[str]:
    if not rates:
        return ["No match is listed in params.yaml."]
    parts = [
        f"Adjusted win rate: (wins + ½ ties) / valid, in percent, with its {confidence:g}% interval "
        "(bootstrap over questions). Two orders that disagree are a tie, counted as inconsistent. With few questions in a "
        "category its interval is wide: one that holds 50 decides nothing."
    ]
    names = ["category", "n", "wins", "losses", "ties", "inconsistent", "invalid", "win rate", "adjusted", "interval"]
    for match in dict.fromkeys(row["match"] for row in rates):
        rows = [row for row in rates if row["match"] == match]
        shown = [
            row
            | {"win rate": _percent(row["win_rate"]), "adjusted": _percent(row["adjusted_win_rate"])}
            | {"interval": f"{_percent(row['ci_low'])} – {_percent(row['ci_high'])}" if row["ci_low"] is not None else ""}
            for row in rows
        ]
        columns = [*names, "cut"] if any(row["cut"] for row in rows) else names
        parts += [f"### {rows[0]['model']} against {rows[0]['baseline']}", table(shown, columns, right=columns[7:])]
        if columns != names:
            parts += ["cut: answers of either side that ended at their length limit, and were judged as they stand."]
    return parts


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
