"""What the report stage puts together from the queries: tables in, texts out."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.exchange.costs import price_of
from seedbed.project.params import STAND_IN, Params
from seedbed.reporting.agreement import MEASURES, load_votes
from seedbed.reporting.bootstrap import bootstrap_interval
from seedbed.reporting.effort import CORPORA, load_effort
from seedbed.reporting.human_sections import agreement_parts, effort_parts
from seedbed.util import tables
from seedbed.util.markdown import table
from seedbed.util.tables import Tables

_WIN_RATES = [
    *("match", "model", "baseline", "category", "n", "wins", "losses", "ties", "inconsistent", "invalid"),
    *("win_rate", "adjusted_win_rate", "ci_low", "ci_high"),
]
_HEALTH = ["match", "judgments", "order_agreement", "first_position_rate", "longer_answer_rate", "invalid_rate"]
_EFFORT = [
    *("rows", "edited", "outdated", "approved", "stale", "unreviewed", "failed", "orphaned"),
    *("characters_changed", "hter", "hter_now_all", "timed", "minutes", "minutes_per_row"),
]
_OUTCOMES = {"win": 100.0, "tie": 50.0, "loss": 0.0}
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Folders:
    """Where the rows of a report are.

    Attributes:
        build: what the stages wrote, `data/build`.
        edits: the post-edits, `data/edits`.
        votes: the people's verdicts, `data/votes`.
    """

    build: Path
    edits: Path
    votes: Path


def prune(folders: Folders, params: Params) -> None:
    """Delete answers, judgments and transcripts of models and matches that `params.yaml` no longer lists."""
    models, matches = set(params["models"]), set(params["matches"])
    expected = {
        "answers": models,
        "judgments": matches,
        "responses": {"generate"}
        | {f"translate.{corpus}" for corpus in params["corpora"]}
        | {f"answer.{model}" for model in models}
        | {f"judge.{match}" for match in matches},
    }
    for folder, names in expected.items():
        for path in (folders.build / folder).glob("*.jsonl"):
            if path.name.removesuffix(".jsonl") not in names:
                path.unlink()


def build_tables(folders: Folders, params: Params) -> Tables:
    """Return the build's rows as tables, and the outcomes of the matches."""
    build = folders.build
    made = Tables()
    made.load("judgments", [build / "judgments" / f"{name}.jsonl" for name in params["matches"]], tables.JUDGMENTS)
    made.load("answers", [build / "answers" / f"{name}.jsonl" for name in params["models"]], tables.ANSWERS)
    made.load("questions", [build / "edited" / "questions.jsonl"], tables.QUESTIONS)
    made.load("instructions", [build / "instructions.jsonl"], tables.INSTRUCTIONS)
    made.load("rejected", [build / "rejected.jsonl"], tables.REJECTED)
    translated = [build / "translated" / f"{name}.jsonl" for name in params["corpora"]]
    made.load("translated_rows", translated, tables.TRANSLATED, file_column="corpus")
    made.load("edited", [build / "edited" / f"{name}.jsonl" for name in CORPORA], tables.TASKS, file_column="corpus")
    responses = sorted((build / "responses").glob("*.jsonl"))
    made.load("exchanges", responses, tables.EXCHANGES, file_column="file")
    made.run(
        "create table responses as select replace(file, '.', '@') as stage, request->>'endpoint' as endpoint, "
        "request->>'model' as model, (request->>'attempt')::int as attempt, "
        + ", ".join(f"(response->'usage'->>'{kind}')::bigint as {kind}_tokens" for kind in ("input", "cached_input", "output"))
        + " from exchanges"
    )
    asked = [params["translate"], params["generate"], params["judge"], *params["models"].values()]
    pairs = dict.fromkeys((block["endpoint"], block["model"]) for block in asked if "endpoint" in block)
    priced = ((*pair, price) for pair in pairs if (price := price_of(params, *pair)))
    made.fill(
        "prices",
        "endpoint text, model text, input double, cached_input double, output double",
        ((endpoint, model, price.input, price.cached_input, price.output) for endpoint, model, price in priced),
    )
    made.fill("categories", "name text, place int", ((name, place) for place, name in enumerate(params["categories"])))
    made.keep("outcomes")
    load_votes(made, folders.votes, params)
    load_effort(made, build, folders.edits, params)
    return made


def win_rate_rows(made: Tables, settings: dict[str, Any]) -> Rows:
    """Return the rows of `queries/win_rates.sql` with the bootstrap interval of the adjusted win rate, in percent."""
    values: dict[tuple[str, str], list[float]] = {}
    for row in made.query("outcomes"):
        if row["outcome"] != "invalid":
            for category in (row["category"], "all"):
                values.setdefault((row["match"], category), []).append(_OUTCOMES[row["outcome"]])
    rows = made.query("win_rates")
    for row in rows:
        sample = values.get((row["match"], row["category"]))
        row["ci_low"] = row["ci_high"] = None
        if sample:
            seed = f"{settings['seed']} {row['match']} {row['category']}"
            bounds = bootstrap_interval(np.array(sample), settings["bootstrap"], settings["confidence"], seed)
            row["ci_low"], row["ci_high"] = (round(bound, 4) for bound in bounds)
    return rows


def win_rates_csv(rows: Rows) -> str:
    """Return `reports/win_rates.csv`."""
    return _csv(rows, _WIN_RATES)


def health_csv(rows: Rows) -> str:
    """Return `reports/judge_health.csv`."""
    return _csv(rows, _HEALTH)


def dataset_csv(made: Tables) -> str:
    """Return `reports/dataset.csv`: what became of the generated instructions."""
    return _csv(made.query("dataset"), ["decision", "candidates", "percent"])


def _csv(rows: Rows, columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def metrics(made: Tables, rates: Rows, health: Rows, agreement: Rows) -> str:
    """Return `reports/metrics.json`: what `dvc metrics` and `dvc exp show` compare."""
    # The first column is the one that `dvc exp show` has room for.
    wanted = ("adjusted_win_rate", "ci_low", "ci_high", "win_rate", "invalid", "n")
    document = {
        "matches": {row["match"]: _rounded(row, wanted) for row in rates if row["category"] == "all"},
        "judge": {row["match"]: {name: row[name] for name in _HEALTH[1:]} for row in health},
        "agreement": _agreement_metrics(made, agreement),
        "effort": {name: value for name, value in made.query("effort")[-1].items() if name in _EFFORT and value is not None},
        "instructions": {row["decision"]: row["candidates"] for row in made.query("dataset")},
        "responses": {},
    }
    *usage, total = made.query("usage") or [{"usd": None}]
    for row in usage:
        stage = document["responses"].setdefault(row["stage"], {"responses": 0, "input_tokens": 0, "output_tokens": 0})
        for name in stage:
            stage[name] += int(row[name] or 0)
    if total["usd"] is not None:
        document["responses"]["usd"] = total["usd"]
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rounded(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return some values of a row with two decimals, which is what a table of metrics has room for."""
    return {name: round(row[name], 2) if isinstance(row[name], float) else row[name] for name in names}


def _agreement_metrics(made: Tables, agreement: Rows) -> dict[str, Any]:
    """Return how many votes have each status, and what judge and people agree on, over all matches and categories."""
    votes = {row["status"]: row["votes"] for row in made.select("select status, count(*) as votes from votes group by status")}
    total = next((row for row in agreement if row["match"] == row["category"] == "all"), {})
    measures = {name: total[name] for name in (*MEASURES, "kappa", "alpha") if total.get(name) is not None}
    return {status: votes.get(status, 0) for status in ("counted", "stale", "orphaned")} | measures


def summary(made: Tables, rates: Rows, health: Rows, agreement: Rows, params: Params) -> str:
    """Return `reports/report.md`, which a person reads in a pull request."""
    parts = ["# Report", *stand_in_line(made)]
    parts += ["## Win rates by category", *_rate_tables(rates, params)]
    parts += ["## The judge's health", table(health, _HEALTH) if health else "Nothing was judged."]
    parts += ["## Agreement with people", *agreement_parts(made, agreement, params["report"]["confidence"])]
    parts += ["## Instructions", table(made.query("dataset"), ["decision", "candidates", "percent"])]
    parts += ["## Human effort", *effort_parts(made)]
    usage = [
        "stage",
        "endpoint",
        "model",
        "responses",
        "repeated",
        "input_tokens",
        "cached_input_tokens",
        "output_tokens",
        "usd",
    ]
    parts += ["## Responses that this build rests on", table(made.query("usage"), usage)]
    return "\n\n".join(parts) + "\n"


def stand_in_line(made: Tables) -> list[str]:
    """Return the line that says which rows the stand-in made; nothing where it made none."""
    words = stand_in_words(made)
    return [f"> **Made with the stand-in.** {words}"] if words else []


def stand_in_words(made: Tables) -> str:
    """Return the sentence that says which rows the stand-in made; empty where it made none."""
    names = {"edited": "translations", "instructions": "instructions", "answers": "answers", "judgments": "judgments"}
    found = [
        words
        for table, words in names.items()
        if made.select(f"select bool_or(made_by->>'endpoint' = '{STAND_IN}') as found from {table}")[0]["found"]
    ]
    if not found:
        return ""
    rates = "the win rates below say nothing about any model" if {"answers", "judgments"} & set(found) else "win rates are real"
    made_by_it = " and ".join(filter(None, [", ".join(found[:-1]), found[-1]]))
    return f"The {made_by_it} of this build come from the rule-based stand-in, which is no language model: {rates}."


def _rate_tables(rates: Rows, params: Params) -> list[str]:
    if not rates:
        return ["No match is listed in params.yaml."]
    parts = [
        f"Adjusted win rate: (wins + ½ ties) / valid, in percent, with its {params['report']['confidence']:g}% interval "
        "(bootstrap over questions). Two orders that disagree are a tie, counted as inconsistent. With few questions in a "
        "category its interval is wide: one that holds 50 decides nothing."
    ]
    columns = ["category", "n", "wins", "losses", "ties", "inconsistent", "invalid", "win rate", "adjusted", "interval"]
    for match in dict.fromkeys(row["match"] for row in rates):
        rows = [row for row in rates if row["match"] == match]
        shown = [
            row
            | {"win rate": _percent(row["win_rate"]), "adjusted": _percent(row["adjusted_win_rate"])}
            | {"interval": f"{_percent(row['ci_low'])} – {_percent(row['ci_high'])}" if row["ci_low"] is not None else ""}
            for row in rows
        ]
        parts += [f"### {rows[0]['model']} against {rows[0]['baseline']}", table(shown, columns, right=columns[-3:])]
    return parts


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
