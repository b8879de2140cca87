"""`reports/dataset.html`: what was generated and what the filter said, diversity, people's edits, and what it cost.

Each number comes from a file of `queries/`, named under its table.
"""

from collections.abc import Sequence
from pathlib import Path

from seedbed.project import paths
from seedbed.project.params_types import Params
from seedbed.reporting import diversity, spread
from seedbed.reporting.dataset import Dataset, pair_counts
from seedbed.reporting.dataset_rows import browsed_rows
from seedbed.reporting.html import provenance, render
from seedbed.reporting.human_sections import editor_in_words
from seedbed.reporting.version import data_version
from seedbed.util.canonical import JsonObject
from seedbed.util.rows import Row

SECTIONS = ("answer", "dataset", "rows", "people", "usage", "provenance")
SCRIPTS = ("url_state.js", "rows.js")
STYLES = ("style.css", "rows.css")
"""Of a page with the browser of rows."""
_SHADES = 3
PROMPTS = ("translate_task", "translate_question", "generate")


def dataset_page(dataset: Dataset) -> str:
    """Return the page."""
    tables, params = dataset.tables, dataset.params
    measured = dataset.diversity
    human: JsonObject = {name: tables.query(f"human/{name}") for name in ("editors", "corrections", "effort_order")}
    human["editors"] = [row | {"editor": editor_in_words(row["editor"], dataset.say)} for row in human["editors"]]
    similarity, tokeniser = params["filter"]["similarity"], params["filter"]["tokeniser"]["name"]
    return render(
        "dataset_page.html.j2",
        SCRIPTS,
        STYLES,
        say=dataset.say,
        sections=SECTIONS,
        lead=dataset.say("lead_dataset", language=dataset.say.language_name(params["language"])),
        language=params["language"],
        stand_in=dataset.stand_in,
        **provenance(tables, PROMPTS),
        version=data_version(_files(params)),
        answer=dataset.answer,
        decisions=dataset.decisions,
        training_sets=dataset.training_sets,
        pairs=dataset.pairs,
        pair_counts=pair_counts(dataset.pairs),
        diversity=measured,
        coverage=_coverage(measured["coverage"]),
        sets=diversity.SETS,
        most={name: _most(measured[name]) for name in ("task_types", "nearest", "lengths", "openings", "roots")},
        tokeniser=tokeniser,
        tagged=tokeniser == "sudachi",
        distinct_tokens=max((row["tokens"] or 0 for row in measured["spread"]), default=0),
        sample=diversity.SAMPLE,
        self_bleu_rows=spread.SELF_BLEU_ROWS,
        sampled=any(row["tasks"] > diversity.SAMPLE for row in measured["sets"]),
        threshold=similarity["threshold"],
        reject=similarity["reject"],
        **browsed_rows(tables, dataset.say),
        effort=dataset.effort,
        **human,
        usage=dataset.usage,
    )


def _files(params: Params) -> dict[str, list[Path]]:
    """Return the files that the report is made of, by kind."""
    corpora, generations = params["corpora"], params["generations"]
    return {
        "translated": [paths.translated(name) for name in corpora],
        "edited": [paths.edited(name, corpus["kind"]) for name, corpus in corpora.items()],
        "instructions": [paths.instructions(name) for name in generations],
        "rejected": [paths.rejected(name) for name in generations],
    }


def _most(rows: Sequence[Row]) -> float:
    """Return the longest bar of a table, in percent."""
    return max((value for row in rows for name, value in row.items() if name.endswith("percent")), default=0)


def _coverage(rows: Sequence[Row]) -> dict[str, dict[str, Row]]:
    """Return the cells of type × topic by group and task type, each with the shade of its count, 0 to 3."""
    cells: dict[str, dict[str, Row]] = {}
    for row in rows:
        shade = -(-row["percent"] * _SHADES // 100) if row["kept"] else 0
        cells.setdefault(row["topic_group"], {})[row["task_type"]] = row | {"shade": int(shade)}
    return cells
