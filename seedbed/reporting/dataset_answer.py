"""The answer of the dataset report: what was kept, what became of it, what people did, what it cost; and what to look at."""

from collections.abc import Sequence
from typing import Protocol, TypedDict

from seedbed.project.params_types import Params
from seedbed.reporting.answer import Answer
from seedbed.reporting.effort import EffortRow
from seedbed.reporting.shared import UsageRow
from seedbed.reporting.texts import Words
from seedbed.util.rows import Rows

DATASET = "dataset"
_MOST_REASONS = 3


class DecisionRow(TypedDict):
    """A row of `queries/dataset/decisions.sql`: `kept`, or a reason of the filter, with how often that was decided."""

    generation: str
    decision: str
    candidates: int
    percent: float


class SetRow(TypedDict):
    """A row of `queries/dataset/training_sets.sql`: the examples of one origin, or of `all`; lengths in characters."""

    training_set: str
    origin: str
    examples: int
    shared: float
    instruction: int
    input: int | None
    output: int
    output_95: int


class _Seeds(TypedDict):
    rows: int
    edited: int
    open: int


class Findings(Protocol):
    """What the answer is read from: attributes of `seedbed.reporting.dataset.Dataset`, where they are explained."""

    params: Params
    decisions: list[DecisionRow]
    training_sets: list[SetRow]
    diversity: dict[str, Rows]
    effort: list[EffortRow]
    usage: list[UsageRow]


def dataset_answer(dataset: Findings, say: Words) -> Answer:
    """Return the answer of a dataset in the words of one language; it has no leaderboard."""
    seeds = _seeds(dataset)
    parts = [_kept(dataset.decisions, say), _sets(dataset.training_sets, say)]
    if seeds["rows"]:
        parts.append(_edited(seeds, say))
    parts.append(_responses(dataset.usage, say))
    notes = [_reasons(dataset.decisions, say), _near(dataset.diversity["spread"], say), _unreviewed(seeds, say)]
    sentence = say("answer_dataset", parts=say("trust_joint").join(parts))
    return Answer(DATASET, [], 0, sentence, say("sentence_joint").join(filter(None, notes)))


def _seeds(dataset: Findings) -> _Seeds:
    """Return the rows of the corpora of tasks that people edit: all, edited, and those that no edit stands for.

    One that is written in the target language, and not translated, is not for editing and does not count.
    """
    corpora = dataset.params["corpora"]
    mine = [row for row in dataset.effort if row["corpus"] in corpora and corpora[row["corpus"]]["kind"] == "task"]
    return {
        "rows": sum(row["rows"] - row["original"] for row in mine),
        # An outdated edit stands: the machine text alone is another.
        "edited": sum(row["edited"] + row["outdated"] for row in mine),
        "open": sum(row["unreviewed"] + row["stale"] for row in mine),
    }


def _edited(seeds: _Seeds, say: Words) -> str:
    rows = f"{seeds['rows']:,}"
    if not seeds["edited"]:
        return say("dataset_none_edited", rows=rows)
    return say("dataset_edited", percent=_percent(seeds["edited"], seeds["rows"]), rows=rows)


def _kept(decisions: Sequence[DecisionRow], say: Words) -> str:
    written = sum(row["candidates"] for row in decisions)
    if not written:
        return say("dataset_none_written")
    kept = sum(row["candidates"] for row in decisions if row["decision"] == "kept")
    return say("dataset_kept", kept=f"{kept:,}", written=f"{written:,}", percent=_percent(kept, written))


def _sets(rows: Sequence[SetRow], say: Words) -> str:
    sizes = {row["training_set"]: row["examples"] for row in rows if row["origin"] == "all"}
    if not sizes:
        return say("dataset_no_set")
    largest = max(sizes, key=lambda name: sizes[name])
    key = "dataset_one_set" if len(sizes) == 1 else "dataset_sets"
    return say(key, n=len(sizes), name=largest, examples=f"{sizes[largest]:,}")


def _responses(usage: Sequence[UsageRow], say: Words) -> str:
    if not usage:
        return say("dataset_no_responses")
    responses, usd = f"{usage[-1]['responses']:,}", usage[-1]["usd"]
    if usd is None:
        return say("dataset_responses_unpriced", responses=responses)
    return say("dataset_responses", responses=responses, usd=f"{usd:,.2f}")


def _reasons(decisions: Sequence[DecisionRow], say: Words) -> str:
    """Return the most frequent reasons for rejection, over all generations."""
    counts: dict[str, int] = {}
    for row in decisions:
        if row["decision"] != "kept":
            counts[row["decision"]] = counts.get(row["decision"], 0) + row["candidates"]
    if not counts:
        return ""
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    named = [say("dataset_reason", name=name, n=f"{counts[name]:,}") for name in ordered]
    return say("dataset_reasons", rejected=f"{sum(counts.values()):,}", reasons=say.listed(named, _MOST_REASONS))


def _near(spread: Rows, say: Words) -> str:
    row = next((row for row in spread if row["dataset"] == "instructions"), None)
    if row is None or row["near"] is None or row["core_near"] is None:
        return ""
    return say("dataset_near", near=f"{row['near']:.0f}", core=f"{row['core_near']:.0f}")


def _unreviewed(seeds: _Seeds, say: Words) -> str:
    if not seeds["rows"]:
        return ""
    rows, left = f"{seeds['rows']:,}", seeds["open"]
    percent = _percent(left, seeds["rows"])
    if left == seeds["rows"]:
        return say("dataset_unreviewed_all", rows=rows)
    return say("dataset_unreviewed", n=f"{left:,}", rows=rows, percent=percent) if left else say("dataset_reviewed", rows=rows)


def _percent(part: int, whole: int) -> str:
    """Return a share in whole percents, which says neither 0 nor 100 of what is not."""
    share = 100 * part / whole
    return "<1" if 0 < share < 1 else ">99" if 99 < share < 100 else f"{share:.0f}"
