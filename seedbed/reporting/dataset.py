"""The dataset report: what was translated, edited, generated and filtered, and what it cost. Tables in, texts out."""

import json
from collections.abc import Sequence
from typing import cast

from seedbed.project import columns, paths
from seedbed.project.corpora import edited_corpora
from seedbed.project.model_settings import named_blocks
from seedbed.project.params_types import Params
from seedbed.reporting import diversity
from seedbed.reporting.answer_sections import answer_parts
from seedbed.reporting.dataset_answer import DecisionRow, SetRow, dataset_answer
from seedbed.reporting.effort import effort_rows, load_effort
from seedbed.reporting.human_sections import effort_parts
from seedbed.reporting.pairs import JudgedPair, agreeing, judged_pairs
from seedbed.reporting.shared import (
    file_name,
    load_responses,
    made_by_stand_in,
    stand_in_line,
    stand_in_sentence,
    to_csv,
    usage_metrics,
    usage_rows,
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
        effort: the rows of `queries/human/effort.sql`.
        stand_in: the sentence on what the stand-in made; empty where it made nothing.
        answer: what the reports begin with.

    Raises:
        UserError: a file of edits is not valid, or the tokeniser that `filter.tokeniser` names is not installed.
    """

    def __init__(self, params: Params) -> None:
        self.params = params
        self.say = Words(report_language(params))
        self.tables = load_tables(params)
        load_effort(self.tables, params)
        self.decisions = cast(list[DecisionRow], self.tables.query("dataset/decisions"))
        self.training_sets = cast(list[SetRow], self.tables.query("dataset/training_sets"))
        self.pairs = judged_pairs(params)
        self.diversity = diversity.measure(self.tables, params)
        self.usage = usage_rows(self.tables)
        self.effort = effort_rows(self.tables)
        self.stand_in = made_for_trying(self.tables, self.say)
        self.answer = dataset_answer(self, self.say)

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
        effort = self.effort[-1]
        decided: dict[str, dict[str, int]] = {}
        for row in self.decisions:
            decided.setdefault(row["generation"], {})[row["decision"]] = row["candidates"]
        sets: dict[str, dict[str, int]] = {}
        for of_set in self.training_sets:
            sets.setdefault(of_set["training_set"], {})[of_set["origin"]] = of_set["examples"]
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
        say = self.say
        parts = [f"# {say('title_dataset')}", *stand_in_line(self.stand_in, say)]
        parts += answer_parts(self.answer, self.params["report"]["confidence"], say)
        decisions = _decision_table(self.decisions, say) if self.decisions else say("written_none")
        parts += [f"## {say('written_title')}", decisions, *_threshold_parts(self.pairs, self.params, say)]
        parts += _set_parts(self.training_sets, say)
        parts += _spread_parts(self.diversity["spread"], self.diversity["coverage"], say)
        parts += [f"## {say('section_people')}", *effort_parts(self.tables, say)]
        parts += [f"## {say('usage_title')}", usage_table(self.usage, say)]
        parts += [say("elsewhere_benchmark")]
        return "\n\n".join(parts) + "\n"


def made_for_trying(tables: Tables, say: Words) -> str:
    """Return the sentence on what the stand-in made; empty where it made nothing."""
    rehearsed = [say(f"stand_in_{name}") for name in made_by_stand_in(tables, _SOURCES)]
    return stand_in_sentence(rehearsed, say("stand_in_trying"), say)


def _decision_table(decisions: Sequence[DecisionRow], say: Words) -> str:
    shown = [row | {"decision": say("kept") if row["decision"] == "kept" else row["decision"]} for row in decisions]
    return say.table(shown, DECISION_COLUMNS)


def _set_parts(rows: Sequence[SetRow], say: Words) -> list[str]:
    """Return the section on training sets, side by side; none where there is no example."""
    if not rows:
        return []
    shown = [
        row
        | {"set": row["training_set"], "origin": say(f"origin_{row['origin']}")}
        | {"output 95%": row["output_95"], "shared, %": row["shared"]}
        for row in rows
    ]
    names = ["set", "origin", "examples", "instruction", "input", "output", "output 95%", "shared, %"]
    return [f"## {say('sets_title')}", say("sets_brief"), say.table(shown, names)]


def _spread_parts(rows: Rows, coverage: Rows, say: Words) -> list[str]:
    """Return the section on how much the tasks differ, before and after the filter; none where there is no task."""
    rows = [row for row in rows if row["tasks"]]
    if not rows:
        return []
    names = {"with_input": "with input, %", "near": "near-duplicates, %", "core_near": "by core text, %"}
    names |= {"output_duplicates": "same output, %", "distinct_1": "distinct-1, %", "distinct_2": "distinct-2, %"}
    names |= {"self_bleu": "self-BLEU"}
    shown = [
        {"set": say(f"set_{row['dataset']}")} | {names.get(name, name): row[name] for name in SPREAD_COLUMNS[1:]}
        for row in rows
    ]
    parts = [f"## {say('diversity_title')}", say("diversity_brief"), say.table(shown, list(shown[0]))]
    if coverage:
        cells, filled = len(coverage), sum(row["kept"] > 0 for row in coverage)
        types, groups = (len({row[name] for row in coverage}) for name in ("task_type", "topic_group"))
        parts.append(say("coverage_brief", filled=filled, cells=cells, types=types, groups=groups))
    return parts


def _threshold_parts(pairs: Sequence[JudgedPair], params: Params, say: Words) -> list[str]:
    """Return what the near-duplicate threshold makes of judged pairs: the counts, and each pair."""
    if not pairs:
        return []
    similarity = params["filter"]["similarity"]
    words = say("threshold_words", reject=similarity["reject"], threshold=similarity["threshold"], **pair_counts(pairs))
    shown = [row | {"decision": say(row["decision"]), "person": say(row["person"])} for row in pairs]
    names = ["first", "second", "score", "decision", "person"]
    heads = [say.column(name) for name in names]
    return [f"### {say('threshold_title')}", words, table(shown, names, heads=heads)]


def pair_counts(pairs: Sequence[JudgedPair]) -> dict[str, int]:
    """Return how many judged pairs there are, and how many of either kind the threshold decides as a person does."""
    right = agreeing(pairs)
    (duplicates, all_duplicates), (others, all_others) = right["duplicate"], right["different"]
    counts = {"duplicates": duplicates, "all_duplicates": all_duplicates, "others": others, "all_others": all_others}
    return {"pairs": len(pairs), **counts}


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
