"""`reports/benchmark.html`: win rates, the judge, its agreement with people, and every question with its answers.

Each number comes from a file of `queries/`, named under its table.
"""

from base64 import b64encode

from seedbed.kits import language_name
from seedbed.project import paths
from seedbed.project.model_settings import answering_models
from seedbed.project.params_types import Params
from seedbed.reporting.agreement import MEASURES
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.check_sections import CHECKS, contradictions_in_words, not_run_in_words
from seedbed.reporting.conclusions import conclude
from seedbed.reporting.health import last_rows, position_in_words
from seedbed.reporting.html import provenance, render
from seedbed.reporting.human_sections import CORRECTED, alternative_in_words, labelled_in_words, vote_sentences
from seedbed.reporting.jury import jury_sentences
from seedbed.reporting.method_sections import concluded, seeds_in_words, sets_in_words
from seedbed.reporting.ranking import ranking_rows
from seedbed.reporting.ratings import AGREEMENT_IN_WORDS, agreement_in_words
from seedbed.reporting.retest_sections import COMPONENTS, negative_in_words, retest_in_words
from seedbed.reporting.turns import TURNS_IN_WORDS
from seedbed.util.canonical import JsonObject
from seedbed.util.rows import Row, Rows
from seedbed.util.tables import Tables

SECTIONS = {
    "provenance": "What was built from what",
    "win-rates": "Win rates",
    "methods": "Methods",
    "checks": "Checks",
    "turns": "Conversations",
    "ratings": "Ratings",
    "judge": "The judge",
    "usage": "Tokens and cost",
    "questions": "Questions",
}
_OPTIONAL = ("methods", "checks", "turns", "ratings")
"""Sections that are there where the benchmark has rows for them."""
PROMPTS = ("translate_question", "answer", "judge", "judge_reference")
_PROMPTS_OF_TURNS = ("translate_conversation", "judge_turn")
_PROMPTS_OF_SCORES = ("score", "score_reference", "score_turn")
_COLOURS = 5
"""Of training sets in the chart of methods: set1 to set5 of `methods.css`."""
_BROWSER = ("questions", "answers", "verdicts", "votes")
_SHADES = ((20, "low3"), (35, "low2"), (45, "low1"), (55, "mid"), (65, "high1"), (80, "high2"), (100, "high3"))


def _prompts(benchmark: Benchmark) -> list[str]:
    """Return the prompts that the page's rows were asked for with."""
    of_turns = _PROMPTS_OF_TURNS if any(row["turn"] not in ("1", "all") for row in benchmark.turns) else ()
    return [*PROMPTS, *of_turns, *(_PROMPTS_OF_SCORES if benchmark.params["scores"] else ())]


def benchmark_page(benchmark: Benchmark) -> str:
    """Return the page."""
    tables, params, rates = benchmark.tables, benchmark.params, benchmark.rates
    _load_texts(tables, params)
    confidence = params["report"]["confidence"]
    return render(
        "benchmark_page.html.j2",
        ["browser.js"],
        styles=("style.css", "methods.css") if benchmark.methods else ("style.css",),
        sections=[(id, title) for id, title in SECTIONS.items() if id not in _OPTIONAL or getattr(benchmark, id)],
        lead=_lead(rates, params),
        language=params["language"],
        stand_in=benchmark.stand_in,
        **provenance(tables, _prompts(benchmark)),
        confidence=f"{confidence:g}",
        alpha=f"{1 - confidence / 100:.2g}",
        matches=_matches(rates, confidence),
        unrated=benchmark.unrated,
        vote_sentences=vote_sentences(tables),
        heat=_heat(tables, rates),
        ranking=ranking_rows(tables, params["report"]) if _all_pairs(rates) else [],
        differences=benchmark.differences,
        equal_length=[row | {"adjusted": _total(rates, row["match"])["adjusted_win_rate"]} for row in benchmark.equal_length],
        **_methods(benchmark),
        checks=benchmark.checks,
        checks_words=CHECKS.format(confidence=f"{confidence:g}").replace("`", ""),
        checks_not_run=not_run_in_words(benchmark.checks).replace("`", ""),
        contradictions=benchmark.contradictions,
        contradictions_words=contradictions_in_words(benchmark.contradictions),
        health=benchmark.health,
        positions=[(row["judge"], position_in_words(row, confidence)) for row in last_rows(benchmark.health)],
        jury=benchmark.jury,
        jury_sentences=jury_sentences(benchmark.jury) if benchmark.jury else [],
        notices=[f"{notice[:1].upper()}{notice[1:]}.".replace("`", "") for notice in benchmark.notices],
        retest=[retest_in_words(row, confidence) for row in benchmark.retest],
        varying=benchmark.varying,
        components_words=COMPONENTS,
        negative=negative_in_words(benchmark.varying),
        agreement=benchmark.agreement,
        alternative=alternative_in_words(benchmark.alternative) if benchmark.alternative else "",
        corrected=benchmark.corrected,
        corrected_words=CORRECTED.format(confidence=f"{confidence:g}").replace("*", "").replace("`", ""),
        labelled=benchmark.labelled,
        labelled_words=labelled_in_words(benchmark.labelled, confidence).replace("`", ""),
        measures=MEASURES,
        **{name: tables.query(f"human/{name}") for name in ("annotators", "preferences", "disagreements")},
        turns=benchmark.turns,
        turns_words=TURNS_IN_WORDS.replace("*", ""),
        ratings=benchmark.ratings,
        modes=[row | agreement_in_words(row) for row in benchmark.modes],
        modes_words=AGREEMENT_IN_WORDS.replace("*", ""),
        usage=benchmark.usage,
        browser={
            "verdicts": bool(rates),
            "data": {name: _packed(tables, name) for name in _BROWSER} if rates else {},
        },
    )


def _methods(benchmark: Benchmark) -> JsonObject:
    """Return what the section on methods shows."""
    baseline, rows = benchmark.chart
    names = dict.fromkeys(point["set"] for row in rows for point in row["points"])
    shown = {point["set"] for row in rows for point in row["points"] if point["rate"] is not None}
    # The base as it was comes first and has a colour of its own.
    colours = {name: (place - 1) % _COLOURS + 1 if place else 0 for place, name in enumerate(names) if name in shown}
    kinds = {
        kind: [row | {"sets": sets_in_words(row)} for row in benchmark.methods if row["comparison"] == kind]
        for kind in ("sets", "untrained", "size")
    }
    return {
        "methods": benchmark.methods,
        "method_rows": kinds,
        "method_sentences": concluded(benchmark.methods, benchmark.params["report"]["confidence"]),
        "method_seeds": seeds_in_words(benchmark.methods),
        "chart": {"baseline": baseline, "rows": rows, "sets": colours},
    }


def _total(rates: Rows, match: str) -> Row:
    return next(row for row in rates if row["match"] == match and row["is_all"])


def _packed(tables: Tables, name: str) -> str:
    return b64encode(tables.compressed(f"benchmark/browser_{name}")).decode()


def _lead(rates: Rows, params: Params) -> str:
    """Return the line under the title."""
    matches, questions = len({row["match"] for row in rates}), max((row["n"] for row in rates), default=0)
    judged = f"{matches} match{'es' if matches != 1 else ''} over {questions} questions" if rates else "no match judged"
    return f"Benchmark in {language_name(params['language'])}: {judged}."


def _load_texts(tables: Tables, params: Params) -> None:
    """Make the tables of what only the browser of questions shows."""
    judgments = [paths.judgments(name) for name in params["matches"]]
    columns = "match text, question text, judge text, order text, explanation text, failure json"
    tables.load("judgment_texts", judgments, columns)
    answers = [paths.answers(name) for name in answering_models(params)]
    tables.load("answer_failures", answers, "id text, model text, failure json")


def _matches(tested: Rows, confidence: float) -> Rows:
    """Return the matches, each with its rows and with what can be concluded from them."""
    matches = []
    for name in dict.fromkeys(row["match"] for row in tested):
        rows = [row for row in tested if row["match"] == name]
        shown = {"name": name, "model": rows[0]["model"], "baseline": rows[0]["baseline"], "rows": rows}
        shown |= {"categories": sum(row["p"] is not None for row in rows[:-1])}
        matches.append(shown | {"sentences": conclude(rows, confidence)})
    return matches


def _all_pairs(rates: Rows) -> bool:
    """Whether three or more models were compared, each with each other."""
    pairs = {frozenset((row["model"], row["baseline"])) for row in rates}
    models = frozenset().union(*pairs)
    return len(models) > 2 and len(pairs) == len(models) * (len(models) - 1) // 2


def _heat(tables: Tables, tested: Rows) -> JsonObject:
    """Return the heat map: matches by categories, or models by categories where there is more than one baseline."""
    columns = list(dict.fromkeys(row["category"] for row in tested))
    one_baseline = len({row["baseline"] for row in tested}) < 2
    rows = tested if one_baseline else tables.query("benchmark/model_rates")
    names = list(dict.fromkeys(row["model"] for row in rows))
    place = {(row["model"], row["category"]): row for row in rows}
    heat_rows = []
    for name in names:
        cells = []
        for column in columns:
            row = place.get((name, column))
            rate = row["adjusted_win_rate"] if row else None
            shade = next(shade for bound, shade in _SHADES if rate <= bound) if rate is not None else ""
            cells.append(None if row is None or rate is None else {"rate": rate, "shade": shade, "marked": row.get("excludes")})
        heat_rows.append({"name": name, "cells": cells})
    baseline = tested[0]["baseline"] if tested else ""
    if one_baseline:
        words = f"Adjusted win rate against {baseline}, in percent; underlined where the interval does not hold 50."
    else:
        words = "Adjusted win rate over all matches of a model, on either side, in percent."
    return {
        "rows": heat_rows,
        "columns": columns,
        "words": words,
        "query": "benchmark/win_rates" if one_baseline else "benchmark/model_rates",
    }
