"""`reports/benchmark.html`: win rates, the judge, its agreement with people, and every question with its answers.

Each number comes from a file of `queries/`, named under its table.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from markupsafe import Markup

from seedbed.project import paths
from seedbed.project.corpora import BENCHMARK
from seedbed.project.model_settings import answering_models
from seedbed.project.params_types import Params
from seedbed.reporting.agreement import MEASURES
from seedbed.reporting.answer import PAIRS
from seedbed.reporting.answer_markup import TAGS
from seedbed.reporting.answer_sections import leaderboard_in_words
from seedbed.reporting.benchmark import Benchmark
from seedbed.reporting.check_sections import contradictions_in_words, not_run_in_words
from seedbed.reporting.conclusions import RateWithTest, conclude
from seedbed.reporting.health import last_rows, position_in_words
from seedbed.reporting.html import provenance, render
from seedbed.reporting.human_sections import alternative_in_words, corrected_name, labelled_in_words, vote_sentences
from seedbed.reporting.judge_sections import MOST_APART, matrix, ties_in_words
from seedbed.reporting.jury import jury_sentences
from seedbed.reporting.labelled_rates import why_in_words
from seedbed.reporting.method_sections import baseline_in_words, concluded, seeds_in_words, sets_in_words
from seedbed.reporting.methods import MethodRow
from seedbed.reporting.question_browser import question_browser
from seedbed.reporting.ratings import agreement_in_words
from seedbed.reporting.retest_sections import negative_in_words, retest_in_words
from seedbed.reporting.texts import Words
from seedbed.reporting.version import data_version
from seedbed.util.canonical import JsonObject
from seedbed.util.rows import Row, Rows

SECTIONS = ("answer", "win-rates", "methods", "checks", "turns", "ratings", "judge", "questions", "usage", "provenance")
"""The answer first, what it rests on after it, and last what was built from what."""
_OPTIONAL = ("methods", "checks", "turns", "ratings")
"""Sections that are there where the benchmark has rows for them."""
PROMPTS = ("translate_question", "answer", "judge", "judge_reference")
_PROMPTS_OF_TURNS = ("translate_conversation", "judge_turn")
_PROMPTS_OF_SCORES = ("score", "score_reference", "score_turn")
SCRIPTS = ("url_state.js", "browser_data.js", "browser_texts.js", "browser_list.js", "browser_question.js", "browser.js")
_COLOURS = 5
"""Of training sets in the chart of methods: set1 to set5 of `methods.css`."""
_SHADES = ((20, "low3"), (35, "low2"), (45, "low1"), (55, "mid"), (65, "high1"), (80, "high2"), (100, "high3"))


def _prompts(benchmark: Benchmark) -> list[str]:
    """Return the prompts that the page's rows were asked for with."""
    of_turns = _PROMPTS_OF_TURNS if any(row["turn"] not in ("1", "all") for row in benchmark.turns) else ()
    return [*PROMPTS, *of_turns, *(_PROMPTS_OF_SCORES if benchmark.params["scores"] else ())]


def benchmark_page(benchmark: Benchmark) -> str:
    """Return the page."""
    tables, params, rates, say = benchmark.tables, benchmark.params, benchmark.rates, benchmark.say
    confidence = params["report"]["confidence"]
    return render(
        "benchmark_page.html.j2",
        SCRIPTS,
        styles=("style.css", "browser.css", *(["methods.css"] if benchmark.methods else [])),
        say=say,
        sections=[id for id in SECTIONS if id not in _OPTIONAL or getattr(benchmark, id)],
        lead=_lead(rates, params, say),
        answer=benchmark.answer,
        leaderboard_words=leaderboard_in_words(benchmark.answer, confidence, say),
        language=params["language"],
        stand_in=benchmark.stand_in,
        **provenance(tables, _prompts(benchmark)),
        version=data_version(_files(params)),
        confidence=f"{confidence:g}",
        alpha=f"{1 - confidence / 100:.2g}",
        mark=Markup('<span class="mark">≠ 50</span>'),
        sure=Markup('<span class="mark sure">Holm</span>'),
        matches=_matches(rates, confidence, say),
        matrix=_matrix(benchmark),
        by_match=_by_match(rates),
        unrated=benchmark.unrated,
        vote_sentences=vote_sentences(tables, say),
        heat=_heat(benchmark),
        ranking=benchmark.ranking,
        differences=benchmark.differences,
        equal_length=[row | {"adjusted": _total(rates, row["match"])["adjusted_win_rate"]} for row in benchmark.equal_length],
        **_methods(benchmark),
        checks=benchmark.checks,
        checks_words=say("checks_words", confidence=f"{confidence:g}").replace("`", ""),
        checks_not_run=not_run_in_words(benchmark.checks, say).replace("`", ""),
        contradictions=benchmark.contradictions,
        contradictions_words=contradictions_in_words(benchmark.contradictions, say),
        health=benchmark.health,
        positions=[(row["judge"], position_in_words(row, confidence, say)) for row in last_rows(benchmark.health)],
        jury=benchmark.jury,
        jury_sentences=jury_sentences(benchmark.jury, say) if benchmark.jury else [],
        notices=[notice.replace("`", "") for notice in benchmark.notices],
        retest=[retest_in_words(row, confidence, say) for row in benchmark.retest],
        varying=benchmark.varying,
        negative=negative_in_words(benchmark.varying, say),
        agreement=benchmark.agreement,
        alternative=alternative_in_words(benchmark.alternative, say) if benchmark.alternative else "",
        corrected=[row | {"name": corrected_name(row, say)} for row in benchmark.corrected],
        corrected_words=say("corrected_words", confidence=f"{confidence:g}").replace("*", "").replace("`", ""),
        labelled=[row | {"why": why_in_words(row, say)} for row in benchmark.labelled],
        labelled_words=labelled_in_words(benchmark.labelled, confidence, say).replace("`", ""),
        measures=MEASURES,
        **{name: tables.query(f"human/{name}") for name in ("annotators", "preferences", "disagreements")},
        turns=benchmark.turns,
        ratings=benchmark.ratings,
        modes=[row | agreement_in_words(row, say) for row in benchmark.modes],
        modes_words=say("ratings_modes").replace("*", ""),
        usage=benchmark.usage,
        browser={
            "texts": say.section("browser"),
            "tags": TAGS,
            "data": question_browser(tables, params) if rates or benchmark.turns else None,
        },
    )


def _methods(benchmark: Benchmark) -> JsonObject:
    """Return what the section on methods shows."""
    (baseline, rows), say = benchmark.chart, benchmark.say
    names = dict.fromkeys(point["set"] for row in rows for point in row["points"])
    shown = {point["set"] for row in rows for point in row["points"] if point["rate"] is not None}
    # The base as it was comes first and has a colour of its own.
    colours = {name: (place - 1) % _COLOURS + 1 if place else 0 for place, name in enumerate(names) if name in shown}
    kinds = {
        kind: [_method_row(row, say) for row in benchmark.methods if row["comparison"] == kind]
        for kind in ("sets", "untrained", "size")
    }
    return {
        "methods": benchmark.methods,
        "method_rows": kinds,
        "method_sentences": concluded(benchmark.methods, say),
        "method_seeds": seeds_in_words(benchmark.methods, say),
        "chart": {"baseline": baseline_in_words(baseline, say), "rows": rows, "sets": colours},
    }


def _method_row(row: MethodRow, say: Words) -> Row:
    """Return a comparison with its names in words."""
    named = {name: baseline_in_words(row[name], say) for name in ("through", "beside")}
    return {**row, **named, "sets": sets_in_words(row, say)}


def _total(rates: Iterable[RateWithTest], match: str) -> RateWithTest:
    return next(row for row in rates if row["match"] == match and row["is_all"])


def _lead(rates: Sequence[RateWithTest], params: Params, say: Words) -> str:
    """Return the line under the title."""
    matches, questions = len({row["match"] for row in rates}), max((row["n"] for row in rates), default=0)
    key = "lead_none" if not rates else "lead_one" if matches == 1 else "lead_many"
    judged = say(key, matches=matches, questions=questions)
    return say("lead_benchmark", language=say.language_name(params["language"]), judged=judged)


def _files(params: Params) -> dict[str, list[Path]]:
    """Return the files that the report is made of, by kind."""
    models = answering_models(params)
    return {
        "questions": [paths.edited(BENCHMARK, "question")],
        "answers": [paths.answers(model) for model in models],
        "judgments": [paths.judgments(match) for match in params["matches"]],
        "ratings": [paths.scores(model) for model in params["scores"]],
        "votes": [*paths.VOTES.glob("*.jsonl")],
    }


def _matches(tested: Sequence[RateWithTest], confidence: float, say: Words) -> Rows:
    """Return the matches, each with its rows and with what can be concluded from them."""
    matches = []
    for name in dict.fromkeys(row["match"] for row in tested):
        rows = [row for row in tested if row["match"] == name]
        shown: Row = {"name": name, "model": rows[0]["model"], "baseline": rows[0]["baseline"], "rows": rows}
        shown |= {"categories": sum(row["p"] is not None for row in rows[:-1]), "ties": ties_in_words(rows[-1], say)}
        matches.append(shown | {"sentences": conclude(rows, confidence, say)})
    return matches


def _matrix(benchmark: Benchmark) -> list[tuple[str, list[Row | None]]]:
    """Return each model's rates against each other one, where each met each other one, in the order of the leaderboard."""
    if benchmark.answer.kind != PAIRS:
        return []
    names = [row["name"] for row in benchmark.answer.rows]
    cells = matrix([row for row in benchmark.rates if row["is_all"]], names)
    return [
        (name, [cell and cell | {"shade": _shade(cell["rate"])} for cell in line])
        for name, line in zip(names, cells, strict=True)
    ]


def _by_match(rates: Sequence[RateWithTest]) -> Rows:
    """Return a row a match, with its total and a cell a category, where there are many; none where each has its own table."""
    matches = dict.fromkeys(row["match"] for row in rates)
    if len(matches) <= MOST_APART:
        return []
    categories = dict.fromkeys(row["category"] for row in rates)
    place = {(row["match"], row["category"]): row for row in rates}
    return [
        {"total": place[match, "all"], "cells": [_category_cell(place.get((match, name))) for name in categories]}
        for match in matches
    ]


def _category_cell(row: RateWithTest | None) -> Row | None:
    if row is None or row["adjusted_win_rate"] is None:
        return None
    rate = row["adjusted_win_rate"]
    return {"category": row["category"], "rate": rate, "shade": _shade(rate), "sure": row["sure"] and row["excludes"]}


def _shade(rate: float) -> str:
    return next(shade for bound, shade in _SHADES if rate <= bound)


def _heat(benchmark: Benchmark) -> JsonObject:
    """Return the heat map: matches by categories, or models by categories where there is more than one baseline."""
    tables, tested, say = benchmark.tables, benchmark.rates, benchmark.say
    columns = list(dict.fromkeys(row["category"] for row in tested))
    one_baseline = len({row["baseline"] for row in tested}) < 2
    rows = tested if one_baseline else tables.query("benchmark/model_rates")
    order = [row["name"] for row in benchmark.answer.rows]
    names = sorted(dict.fromkeys(row["model"] for row in rows), key=lambda name: order.index(name) if name in order else 0)
    place = {(row["model"], row["category"]): row for row in rows}
    heat_rows = []
    for name in names:
        cells = []
        for column in columns:
            row = place.get((name, column))
            rate = row["adjusted_win_rate"] if row else None
            shown = row and rate is not None and {"rate": rate, "shade": _shade(rate), "marked": row.get("excludes")}
            cells.append(shown or None)
        heat_rows.append({"name": name, "cells": cells})
    baseline = tested[0]["baseline"] if tested else ""
    words = say("heat_baseline", baseline=baseline) if one_baseline else say("heat_models")
    return {
        "rows": heat_rows,
        "columns": columns,
        "words": words,
        "query": "benchmark/win_rates" if one_baseline else "benchmark/model_rates",
    }
