"""The dataset report: what was translated, edited, generated and filtered, and what it cost. Tables in, texts out."""

import json

from seedbed.project import columns, paths
from seedbed.project.corpora import edited_corpora
from seedbed.project.model_settings import named_blocks
from seedbed.project.params_types import Params
from seedbed.reporting import diversity
from seedbed.reporting.effort import load_effort
from seedbed.reporting.human_sections import effort_parts
from seedbed.reporting.pairs import agreeing, judged_pairs
from seedbed.reporting.shared import (
    file_name,
    load_responses,
    made_by_stand_in,
    stand_in_line,
    stand_in_sentence,
    to_csv,
    usage_metrics,
    usage_table,
)
from seedbed.reporting.texts import Words, report_language
from seedbed.util.markdown import table
from seedbed.util.rows import Rows
from seedbed.util.tables import Tables

DECISION_COLUMNS = ["generation", "decision", "candidates", "percent"]
SPREAD_COLUMNS = [
    *("dataset", "tasks", "with_input", "instruction", "output", "near", "core_near", "output_duplicates"),
    *("distinct_1", "distinct_2", "self_bleu"),
]
COVERAGE_COLUMNS = ["task_type", "topic_group", "written", "kept"]
_EFFORT = [
    *("rows", "edited", "outdated", "approved", "stale", "unreviewed", "failed", "orphaned"),
    *("characters_changed", "hter", "hter_now_all", "timed", "minutes", "minutes_per_row"),
]
_SIGNED = ("confirmed", "rejected")
"""Of the metrics of effort, those that are left out where they are 0."""
SPREAD_WORDS = (
    "*Near-duplicates*: tasks whose instruction alone has a ROUGE-L F of the filter's threshold or more with another one of "
    "the set (the filter looks at the input too). *By core text*: the sentence that asks is compared with its input, so that "
    "openings and closings hide no repetition. *Same output*: of at least 20 letters, and of another task too. Lengths are "
    "medians in characters."
)
_SOURCES = ("edited", "instructions")


class Dataset:
    """What the dataset report says, worked out once.

    Args:
        params: the whole of `params.yaml`.

    Attributes:
        say: the words of the reports' language.
        tables: the build's rows: translated and edited ones, instructions, rejected ones, exchanges, edits.
        decisions: the rows of `queries/dataset/decisions.sql`.
        training_sets: the rows of `queries/dataset/training_sets.sql`.
        diversity: the rows of `queries/dataset/<name>.sql`, by name; see `diversity.measure`.
        pairs: how the near-duplicate threshold decides pairs that people judged; see `judged_pairs`.
        usage: the rows of `queries/shared/usage.sql`.
        stand_in: the sentence on what the stand-in made; empty where it made nothing.

    Raises:
        UserError: a file of edits is not valid, or the tokeniser that `filter.tokeniser` names is not installed.
    """

    def __init__(self, params: Params) -> None:
        self.params = params
        self.say = Words(report_language(params))
        self.tables = load_tables(params)
        load_effort(self.tables, params)
        self.decisions = self.tables.query("dataset/decisions")
        self.training_sets = self.tables.query("dataset/training_sets")
        self.pairs = judged_pairs(params)
        self.diversity = diversity.measure(self.tables, params)
        self.usage = self.tables.query("shared/usage")
        self.stand_in = made_for_trying(self.tables, self.say)

    def decisions_csv(self) -> str:
        """Return `reports/dataset.csv`: how many of the generated instructions were kept, and why the others were not."""
        return to_csv(self.decisions, DECISION_COLUMNS)

    def spread_csv(self) -> str:
        """Return `reports/spread.csv`: how much the tasks of each set differ, before and after the filter."""
        return to_csv(self.diversity["spread"], SPREAD_COLUMNS)

    def coverage_csv(self) -> str:
        """Return `reports/coverage.csv`: how many tasks of each type were written, and kept, on each group of topics."""
        return to_csv(self.diversity["coverage"], COVERAGE_COLUMNS)

    def metrics(self) -> str:
        """Return `reports/dataset.json`: what `dvc metrics` and `dvc exp show` compare."""
        effort = self.tables.query("human/effort")[-1]
        decided: dict[str, dict[str, int]] = {}
        for row in self.decisions:
            decided.setdefault(row["generation"], {})[row["decision"]] = row["candidates"]
        sets: dict[str, dict[str, int]] = {}
        for row in self.training_sets:
            sets.setdefault(row["training_set"], {})[row["origin"]] = row["examples"]
        document = {
            "instructions": decided,
            "sets": sets,
            "spread": {
                row["dataset"]: {name: row[name] for name in SPREAD_COLUMNS[1:] if row[name] is not None}
                for row in self.diversity["spread"]
                if row["tasks"]
            },
            "effort": {
                name: value
                for name, value in effort.items()
                if (name in _EFFORT and value is not None) or (name in _SIGNED and value)
            },
            "responses": usage_metrics(self.usage),
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

    def summary(self) -> str:
        """Return `reports/dataset.md`, which a person reads in a pull request."""
        parts = ["# Dataset", *stand_in_line(self.stand_in, self.say)]
        decisions = table(self.decisions, DECISION_COLUMNS) if self.decisions else "No instruction has been generated."
        parts += ["## Generated instructions", decisions, *_threshold_parts(self.pairs, self.params)]
        parts += _set_parts(self.training_sets)
        parts += _spread_parts(self.diversity["spread"], self.diversity["coverage"])
        parts += ["## Human effort", *effort_parts(self.tables)]
        parts += ["## Responses that this data rests on", usage_table(self.usage)]
        parts += ["How the models compare is in [benchmark.md](benchmark.md)."]
        return "\n\n".join(parts) + "\n"


def made_for_trying(tables: Tables, say: Words) -> str:
    """Return the sentence on what the stand-in made; empty where it made nothing."""
    rehearsed = [say(f"stand_in_{name}") for name in made_by_stand_in(tables, _SOURCES)]
    return stand_in_sentence(rehearsed, say("stand_in_trying"), say)


def _set_parts(rows: Rows) -> list[str]:
    """Return the section on training sets, side by side; none where there is no example."""
    if not rows:
        return []
    shown = [{**row, "set": row["training_set"], "output 95%": row["output_95"], "shared, %": row["shared"]} for row in rows]
    names = ["set", "origin", "examples", "instruction", "input", "output", "output 95%", "shared, %"]
    return [
        "## Training sets",
        "Examples by origin, and their median lengths in characters. *Shared* examples are in another set too.",
        table(shown, names),
    ]


def _spread_parts(rows: Rows, coverage: Rows) -> list[str]:
    """Return the section on how much the tasks differ, before and after the filter; none where there is no task."""
    rows = [row for row in rows if row["tasks"]]
    if not rows:
        return []
    names = {"with_input": "with input, %", "near": "near-duplicates, %", "core_near": "by core text, %"}
    names |= {"output_duplicates": "same output, %", "distinct_1": "distinct-1, %", "distinct_2": "distinct-2, %"}
    names |= {"self_bleu": "self-BLEU"}
    shown = [{"set": row["words"]} | {names.get(name, name): row[name] for name in SPREAD_COLUMNS[1:]} for row in rows]
    parts = ["## Diversity", SPREAD_WORDS, table(shown, list(shown[0]))]
    if coverage:
        cells, filled = len(coverage), sum(row["kept"] > 0 for row in coverage)
        types, groups = (len({row[name] for row in coverage}) for name in ("task_type", "topic_group"))
        parts.append(
            f"Kept instructions stand in {filled} of the {cells} cells of {types} task types × {groups} groups of topics "
            "(`coverage.csv`)."
        )
    return parts


def _threshold_parts(pairs: Rows, params: Params) -> list[str]:
    """Return what the near-duplicate threshold makes of judged pairs: the counts, and each pair."""
    if not pairs:
        return []
    right, similarity = agreeing(pairs), params["filter"]["similarity"]
    (duplicates, all_duplicates), (others, all_others) = right["duplicate"], right["different"]
    words = (
        f"Of {len(pairs)} hand-made pairs, ROUGE-L F {similarity['reject']} {similarity['threshold']} rejects {duplicates} of "
        f"the {all_duplicates} that a person calls duplicates and keeps {others} of the {all_others} others. Words do not tell "
        "a paraphrase; the rule `semantic_duplicate` compares embeddings."
    )
    shown = table(pairs, ["first", "second", "score", "decision", "person"])
    return ["### The near-duplicate threshold", words, shown]


def load_tables(params: Params) -> Tables:
    """Return the build's rows: translated and edited ones, instructions, rejected ones, examples and exchanges."""
    tables = Tables()
    generations, corpora = params["generations"], params["corpora"]
    by_generation = ("generation", file_name)
    tables.load("instructions", [paths.instructions(name) for name in generations], columns.INSTRUCTIONS, by_generation)
    tables.load("rejected", [paths.rejected(name) for name in generations], columns.REJECTED, by_generation)
    by_corpus = ("corpus", file_name)
    tables.load("translated_rows", [paths.translated(name) for name in corpora], columns.TRANSLATED, by_corpus)
    tables.load(
        "edited", [paths.edited(name, corpora[name]["kind"]) for name in edited_corpora(params)], columns.TASKS, by_corpus
    )
    transcripts = [paths.transcript(f"translate@{corpus}") for corpus in corpora]
    transcripts += [paths.transcript(f"generate@{name}") for name in generations]
    blocks = named_blocks(params)
    asked = [blocks[name] for name in ("translate", "generate", "generate.outputs", "filter.semantic") if name in blocks]
    load_responses(tables, transcripts, params, asked)
    sets = {name: paths.export(name) / "examples.parquet" for name in params["sets"]}
    tables.load_parquet("examples", "origin text, id text, instruction text, input text, output text", "training_set", sets)
    tables.fill("training_sets", "name text, place int", ((name, place) for place, name in enumerate(sets)))
    drawn_from = ((name, place, generations[name]["seeds"]) for place, name in enumerate(generations))
    tables.fill("generations", "name text, place int, seeds text", drawn_from)
    tables.keep("dataset/makers")
    return tables
