"""`reports/report.html`: the whole report as one page that needs nothing beside it.

The templates of `seedbed/reporting/templates/` draw it; each of its numbers comes from a file of `queries/`, named under the
table. Charts hold no text, so that no font of the machine that builds can change a byte.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from seedbed.project.params import STAND_IN, Params
from seedbed.project.prompts import VARIABLES, load_prompt
from seedbed.reporting import diversity
from seedbed.reporting.agreement import MEASURES
from seedbed.reporting.conclusions import conclude, with_tests
from seedbed.reporting.ranking import ranking_rows
from seedbed.reporting.report import Folders, stand_in_words
from seedbed.util.canonical import canonical, content_hash, parse_json
from seedbed.util.tables import Tables
from seedbed.util.yaml12 import load_yaml

Rows = list[dict[str, Any]]
TEMPLATES = Path(__file__).parent / "templates"
SECTIONS = {
    "provenance": "What was built from what",
    "win-rates": "Win rates",
    "judge": "The judge",
    "dataset": "The dataset",
    "people": "Human effort",
    "usage": "Tokens and cost",
    "questions": "Questions",
}
_BROWSER = ("questions", "answers", "verdicts", "votes")
_SHADES = ((20, "low3"), (35, "low2"), (45, "low1"), (55, "mid"), (65, "high1"), (80, "high2"), (100, "high3"))


def page(made: Tables, folders: Folders, params: Params, rates: Rows, health: Rows, agreement: Rows) -> str:
    """Return the page.

    Args:
        made: the build's tables, as `seedbed.reporting.report.build_tables` makes them.
        folders: where the answers and judgments are, for their texts.
        params: the whole of `params.yaml`.
        rates: as from `seedbed.reporting.report.win_rate_rows`.
        health: the rows of `queries/judge_health.sql`.
        agreement: as from `seedbed.reporting.agreement.agreement_rows`.
    """
    _load_texts(made, folders.build, params)
    confidence = params["report"]["confidence"]
    tested = with_tests(rates, confidence)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "whole": whole, "dollars": dollars, "p_value": p_value, "integrity": integrity}
    return environment.get_template("page.html.j2").render(
        style=_own("style.css"),
        script=_own("browser.js"),
        sections=list(SECTIONS.items()),
        lead=_lead(rates, params),
        language=params["language"],
        stand_in=stand_in_words(made),
        stand_in_endpoint=STAND_IN,
        provenance=[row | {"parameters": _settings(row["parameters"])} for row in made.query("provenance")],
        prompts=_prompts(),
        confidence=f"{confidence:g}",
        alpha=f"{1 - confidence / 100:.2g}",
        matches=_matches(tested, confidence),
        heat=_heat(made, tested),
        ranking=ranking_rows(made, params["report"]) if _all_pairs(tested) else [],
        health=health,
        **_people(made, agreement),
        usage=made.query("usage"),
        **_dataset(made, params),
        browser={
            "verdicts": bool(rates),
            "data": {name: b64encode(made.compressed(f"browser_{name}")).decode() for name in _BROWSER} if rates else {},
        },
    )


def number(value: float | None, places: int = 1) -> str:
    """Return a number with so many decimals and a true minus sign, which no zero has; nothing for None."""
    return "" if value is None else f"{round(value, places) + 0.0:.{places}f}".replace("-", "−")


def whole(value: float | None) -> str:
    """Return a whole number, thousands parted; nothing for None."""
    return "" if value is None else f"{value:,.0f}"


def dollars(value: float | None) -> str:
    """Return dollars, small ones with more decimals; nothing for None."""
    if value is None:
        return ""
    return f"{value:,.4f}" if 0 < value < 1 else f"{value:,.2f}"


def p_value(value: float | None) -> str:
    """Return a p-value; nothing for None."""
    if value is None:
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def integrity(text: str) -> str:
    """Return the source expression of a content security policy that lets just this text through."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _own(name: str) -> Markup:
    """Return one of our own files, to stand in the page as it is."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert "</" not in text, f"{name} would end its own element"
    return Markup(text)  # noqa: S704  not a word of it is anybody else's


def _lead(rates: Rows, params: Params) -> str:
    """Return the line under the title."""
    matches, questions = len({row["match"] for row in rates}), max((row["n"] for row in rates), default=0)
    judged = f"{matches} match{'es' if matches != 1 else ''} over {questions} questions" if rates else "no match judged"
    return f"Instruction data and benchmark in the language {params['language']!r}: {judged}."


def _load_texts(made: Tables, build: Path, params: Params) -> None:
    """Make the tables of what only the browser of questions shows."""
    judgments = [build / "judgments" / f"{name}.jsonl" for name in params["matches"]]
    made.load("judgment_texts", judgments, "match text, question text, order text, explanation text, failure json")
    answers = [build / "answers" / f"{name}.jsonl" for name in params["models"]]
    made.load("answer_failures", answers, "id text, model text, failure json")


def _prompts() -> Rows:
    """Return each prompt's name, what it is for, and the hash of what it says."""
    rows = []
    for name in VARIABLES:
        content = asdict(load_prompt(name))
        description = load_yaml(content.pop("path")).get("description", "")
        rows.append({"name": name, "description": description, "hash": content_hash(content)})
    return rows


def _settings(parameters: Sequence[str]) -> str:
    """Return sampling parameters, each a JSON text, in words: `max_tokens 1024, temperature 0.7`."""
    told = [", ".join(f"{name} {canonical(value)}" for name, value in parse_json(text).items()) for text in parameters]
    return " or ".join(filter(None, told))


def _matches(tested: Rows, confidence: float) -> Rows:
    """Return the matches, each with its rows and with what can be concluded from them."""
    found = []
    for name in dict.fromkeys(row["match"] for row in tested):
        rows = [row for row in tested if row["match"] == name]
        shown = {"name": name, "model": rows[0]["model"], "baseline": rows[0]["baseline"], "rows": rows}
        found.append(shown | {"sentences": conclude(rows, confidence)})
    return found


def _all_pairs(rates: Rows) -> bool:
    """Whether three or more models were compared, each with each other."""
    pairs = {frozenset((row["model"], row["baseline"])) for row in rates}
    models = frozenset().union(*pairs)
    return len(models) > 2 and len(pairs) == len(models) * (len(models) - 1) // 2


def _heat(made: Tables, tested: Rows) -> dict[str, Any]:
    """Return the heat map: matches by categories, or models by categories where there is more than one baseline."""
    columns = list(dict.fromkeys(row["category"] for row in tested))
    one_baseline = len({row["baseline"] for row in tested}) < 2
    rows = tested if one_baseline else made.query("model_rates")
    names = list(dict.fromkeys(row["model"] for row in rows))
    place = {(row["model"], row["category"]): row for row in rows}
    found = []
    for name in names:
        cells = []
        for column in columns:
            row = place.get((name, column))
            rate = row["adjusted_win_rate"] if row else None
            shade = next(shade for bound, shade in _SHADES if rate <= bound) if rate is not None else ""
            cells.append(None if row is None or rate is None else {"rate": rate, "shade": shade, "marked": row.get("excludes")})
        found.append({"name": name, "cells": cells})
    baseline = tested[0]["baseline"] if tested else ""
    if one_baseline:
        words = f"Adjusted win rate against {baseline}, in percent; underlined where the interval does not hold 50."
    else:
        words = "Adjusted win rate over all matches of a model, on either side, in percent."
    return {
        "rows": found,
        "columns": columns,
        "words": words,
        "head": "model",
        "query": "win_rates" if one_baseline else "model_rates",
    }


def _people(made: Tables, agreement: Rows) -> dict[str, Any]:
    """Return what the sections on agreement and effort show."""
    return {
        "agreement": agreement,
        "measures": MEASURES,
        **{
            name: made.query(name)
            for name in ("annotators", "preferences", "disagreements", "effort", "editors", "corrections")
        },
    }


def _dataset(made: Tables, params: Params) -> dict[str, Any]:
    """Return what the section on the dataset shows."""
    found = diversity.measure(made, params)
    similarity, tokeniser = params["filter"]["similarity"], params["filter"]["tokeniser"]["name"]
    return {
        "decisions": made.query("dataset"),
        "diversity": found,
        "sets": diversity.SETS,
        "most": {name: _most(found[name]) for name in ("task_types", "nearest", "lengths", "openings", "roots")},
        "tokeniser": tokeniser,
        "tagged": tokeniser == "sudachi",
        "distinct_tokens": max((row["tokens"] or 0 for row in found["sets"]), default=0),
        "sample": diversity.SAMPLE,
        "sampled": any(row["tasks"] > diversity.SAMPLE for row in found["sets"]),
        "threshold": similarity["threshold"],
        "reject": similarity["reject"],
    }


def _most(rows: Sequence[dict[str, Any]]) -> float:
    """Return the longest bar of a table, in percent."""
    return max((value for row in rows for name, value in row.items() if name.endswith("percent")), default=0)
