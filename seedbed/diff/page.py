"""Build the page of a comparison; sections without content are left out."""

from collections.abc import Iterable
from itertools import groupby
from typing import Literal

from seedbed.diff.blocks import Block, Code, Field, Flow, Line, Page, Paragraph, Sample, Section, Table
from seedbed.diff.compare import is_same
from seedbed.diff.comparison import (
    SIDES,
    Comparison,
    DatasetChange,
    DecisionFlip,
    Difference,
    FlowPart,
    Leaf,
    Rate,
    Side,
    VerdictFlip,
    WholeRow,
    rates_of,
)
from seedbed.diff.figures import apportioned, shown, shown_signed, signed
from seedbed.diff.paired import in_words
from seedbed.diff.summary import notes, points, title
from seedbed.project.corpora import BENCHMARK
from seedbed.project.params_types import DEFAULT_JUDGE, RECORDED_JUDGE
from seedbed.util.canonical import canonical
from seedbed.util.words import count

_OUTCOMES = ("win", "tie", "loss", "invalid")


def page(comparison: Comparison) -> Page:
    """Return the page of a comparison."""
    sections = [] if is_same(comparison) else [section for build in _SECTIONS if (section := build(comparison)).blocks]
    return Page(title(comparison), points(comparison), notes(comparison), sections)


def _prompts(comparison: Comparison) -> Section:
    section = Section("Prompts")
    for prompt in comparison["prompts"]:
        keys = ", ".join(key["key"] for key in prompt["keys"])
        fields = [Field(key["key"], key["old"], key["new"]) for key in prompt["keys"]]
        section.blocks.append(Sample((Code(prompt["prompt"]), f" {prompt['change']}: ", Code(keys)), fields))
    return section


def _parameters(comparison: Comparison) -> Section:
    rows: list[list[Line]] = [
        [(Code(leaf["name"]),), _value(leaf, "old"), _value(leaf, "new")] for leaf in comparison["parameters"]
    ]
    return Section("Parameters", [Table(["parameter", "old", "new"], rows)] if rows else [])


def _value(leaf: Leaf, side: Side) -> Line:
    return ("none",) if leaf["lacking"] == side else (Code(_text(leaf[side])),)


def _text(value: object) -> str:
    # YAML has dates, JSON has not.
    return canonical(value) if isinstance(value, str | int | float | list | dict | None) else str(value)


def _sources(comparison: Comparison) -> Section:
    return _datasets("Written by people", comparison["sources"])


def _rows(comparison: Comparison) -> Section:
    return _datasets("Written by stages", comparison["rows"])


def _datasets(title: str, datasets: list[DatasetChange]) -> Section:
    columns: list[Literal["old", "new", "added", "removed", "changed", "same_text"]]
    columns = ["old", "new", "added", "removed", "changed", "same_text"]
    head = ["dataset", "old", "new", "added", "removed", "changed", "same text, new origin"]
    if not any(row["same_text"] for row in datasets):
        columns, head = columns[:-1], head[:-1]
    rows: list[list[Line]] = [[(Code(row["dataset"]),), *((f"{row[name]:,}",) for name in columns)] for row in datasets]
    blocks: list[Block] = [Table(head, rows, frozenset(range(1, len(head))))] if rows else []
    for dataset in datasets:
        samples, name = dataset["samples"], dataset["dataset"]
        for changed in samples.get("changed", []):
            fields = [Field(leaf["name"], *(_leaf_text(leaf, side) for side in SIDES)) for leaf in changed["fields"]]
            blocks.append(Sample((Code(f"{name}: {changed['id']}"), " changed"), fields))
        for added in samples.get("added", []):
            fields = [Field(field, None, text) for field, text in _texts(added)]
            blocks.append(Sample((Code(f"{name}: {added['id']}"), " added"), fields))
        for removed in samples.get("removed", []):
            fields = [Field(field, text, None) for field, text in _texts(removed)]
            blocks.append(Sample((Code(f"{name}: {removed['id']}"), " removed"), fields))
    return Section(title, blocks)


def _texts(row: WholeRow) -> list[tuple[str, str]]:
    """Return the fields of a row that are not empty, as texts."""
    return [
        (name, value if isinstance(value, str) else _text(value))
        for name, value in row["fields"].items()
        if value not in ("", None)
    ]


def _leaf_text(leaf: Leaf, side: Side) -> str | None:
    if leaf["lacking"] == side:
        return None
    value = leaf[side]
    return value if isinstance(value, str) else _text(value)


def _filter(comparison: Comparison) -> Section:
    filtered = comparison["filter"]
    section = Section("Filter decisions")
    if filtered["reasons"]:
        rows: list[list[Line]] = [
            [
                *((Code(row["generation"]),), (Code(row["decision"]),)),
                *((f"{row[side]:,}",) for side in SIDES),
                (f"{row['change']:+,}".replace("-", "−"),),
            ]
            for row in filtered["reasons"]
        ]
        head = ["generation", "decision", "old", "new", "change"]
        section.blocks.append(Table(head, rows, frozenset({2, 3, 4})))
    for same, flips in groupby(filtered["flips"], key=lambda flip: flip["same_text"]):
        shown = list(flips)
        words = "Another decision on the same text" if same else "Another decision, on another text with the same id"
        rejected = sum(flip["old"] == "kept" for flip in shown)
        section.blocks.append(Paragraph((f"{words}: {rejected:,} now rejected, {len(shown) - rejected:,} now kept.",)))
        rows = [
            [
                *((Code(flip["generation"]),), (Code(flip["id"]),), (Code(flip["instruction"]),)),
                _decision(flip["old"], flip["old_neighbour"], flip["old_score"]),
                _decision(flip["new"], flip["new_neighbour"], flip["new_score"]),
            ]
            for flip in _both_ways(shown)
        ]
        section.blocks.append(Table(["generation", "candidate", "instruction", "old", "new"], rows))
    return section


def _both_ways(flips: list[DecisionFlip]) -> Iterable[DecisionFlip]:
    """Up to five of either direction."""
    rejected = [flip for flip in flips if flip["old"] == "kept"]
    return rejected[:5] + [flip for flip in flips if flip["old"] != "kept"][:5]


def _decision(decision: str, near: str | None, score: float | None) -> Line:
    return (Code(decision), *((" near ", Code(near), f", {score:.2f}") if near else ()))


def _training_sets(comparison: Comparison) -> Section:
    names: list[Literal["old", "new", "added", "removed"]] = ["old", "new", "added", "removed"]
    rows: list[list[Line]] = [
        [(Code(row["training_set"]),), *((f"{row[name]:,}",) for name in names)] for row in comparison["training_sets"]
    ]
    words = "Examples are compared by their text: a changed one counts as added and as removed."
    blocks: list[Block] = [Paragraph((words,)), Table(["training set", *names], rows, frozenset({1, 2, 3, 4}))]
    return Section("Training sets", blocks if rows else [])


def _answers(comparison: Comparison) -> Section:
    rows: list[list[Line]] = [
        [(Code(row["model"]),), _category(row["category"]), (f"{row['changed']:,} of {row['compared']:,}",)]
        for row in comparison["answers"]
    ]
    return Section("Answers by category", [Table(["model", "category", "changed"], rows, frozenset({2}))] if rows else [])


def _category(category: str, corpus: str = BENCHMARK) -> Line:
    """Return a category, with its corpus where that is not the benchmark's."""
    return (*((Code(corpus), ": ") if corpus != BENCHMARK else ()), Code(category) if category else "none")


def _verdicts(comparison: Comparison) -> Section:
    verdicts = comparison["verdicts"]
    section = Section("Verdicts by category")
    if not verdicts["flips"]:
        return section
    section.blocks += _flows(verdicts["flow"])
    names: list[Literal["better", "worse", "validity"]] = ["better", "worse", "validity"]
    rows: list[list[Line]] = [
        [
            *((Code(row["match"]),), _category(row["category"], row["corpus"])),
            *((f"{row['verdicts']:,} of {row['compared']:,}",), (f"{row['outcomes']:,} of {row['judged']:,}",)),
            *((f"{row[name]:,}",) for name in names),
        ]
        for row in verdicts["by_category"]
    ]
    head = ["match", "category", "verdicts flipped", "outcomes changed", "better", "worse", "became valid or invalid"]
    section.blocks.append(Table(head, rows, frozenset(range(2, 7))))
    changed: dict[str, dict[str, list[VerdictFlip]]] = {}
    for flip in verdicts["flips"]:
        if flip["old"] != flip["new"]:
            changed.setdefault(flip["match"], {}).setdefault(flip["question"], []).append(flip)
    for match, questions in changed.items():
        every = list(questions.values())
        shown: list[list[Line]] = [
            [
                *((Code(flips[0]["question"]),), _category(flips[0]["category"], flips[0]["corpus"])),
                *(_outcome(flips, side) for side in SIDES),
            ]
            for flips in every[:10]
        ]
        first = ", the first ten of them" if len(every) > 10 else ""
        section.blocks.append(Paragraph((Code(match), f": {count(len(every), 'outcome')} changed{first}.")))
        section.blocks.append(Table(["question", "category", "old", "new"], shown))
    return section


def _flows(rows: list[FlowPart]) -> list[Block]:
    """Return what became of the outcomes of each match, as pictures."""
    flows: list[Block] = []
    for (match, corpus), group in groupby(rows, key=lambda row: (row["match"], row["corpus"])):
        same = list(group)
        questions = {(row["old"], row["new"]): row["questions"] for row in same}
        kinds = [kind for kind in _OUTCOMES if any(kind in pair for pair in questions)]
        on: Line = () if corpus == BENCHMARK else (" on ", Code(corpus))
        title: Line = (Code(match), *on, f": {count(sum(questions.values()), 'question')} that both revisions judged.")
        flows.append(Flow(title, kinds, questions, {(row["old"], row["new"]): row["ids"] for row in same}))
    return flows


def _outcome(flips: list[VerdictFlip], side: Side) -> Line:
    """Return a question's outcome with the verdicts that flipped, of a jury each judge's."""
    verdicts = []
    for flip in (flip for flip in flips if flip["judge"]):
        said = (flip["old_ab"], flip["old_ba"]) if side == "old" else (flip["new_ab"], flip["new_ba"])
        orders = ", ".join(verdict or "none" for verdict in said)
        verdicts.append(orders if flip["judge"] in (DEFAULT_JUDGE, RECORDED_JUDGE) else f"{flip['judge']}: {orders}")
    outcome = Code(flips[0][side])
    return (outcome, " (", Code("; ".join(verdicts)), ")") if verdicts else (outcome,)


_TESTED = (
    "A change is tested on the questions that both revisions judged (paired sign-flip test, Holm correction for the number "
    "of rows)."
)
_RATES: dict[Literal["win_rates", "turns", "ratings"], tuple[str, Literal["match", "model"], str]] = {
    "win_rates": (
        "Win rates",
        "match",
        f"Adjusted win rate, (wins + ½ ties) / valid, in percent, with its interval. {_TESTED}",
    ),
    "turns": (
        "Conversations and other corpora",
        "match",
        f"Adjusted win rate in percent, with its interval, of conversations turn by turn and of further corpora. {_TESTED}",
    ),
    "ratings": ("Ratings", "model", f"Mean rating, 1 to 10, with its interval. {_TESTED}"),
}


def _rates(comparison: Comparison, key: Literal["win_rates", "turns", "ratings"]) -> Section:
    """Return the rates of one kind that changed: of one that is new, or gone, the total is enough."""
    title, name, words = _RATES[key]
    shown_rows = [row for row in comparison[key] if (row["old"] and row["new"]) or row["category"] == "all"]
    parts: list[Literal["corpus", "turn"]] = [] if key == "win_rates" else ["corpus", "turn"]
    named: list[Literal["corpus", "turn", "match", "model", "category"]] = [*parts, name, "category"]
    rows: list[list[Line]] = []
    for row in shown_rows:
        figures = ("", "", "") if row["change"] is None else shown(*rates_of(row))
        rows.append(
            [
                *((Code(row[part]),) for part in named),
                *(_rate(row[side], figure) for side, figure in zip(SIDES, figures, strict=False)),
                (figures[2],),
                (in_words(row["paired"]) if row["change"] is not None else "",),
            ]
        )
    head = [*parts, name, "category", "old", "new", "points", "on the same questions"]
    at = len(parts) + 2
    return Section(title, [Paragraph((words,)), Table(head, rows, frozenset({at, at + 1, at + 2}))] if rows else [])


def _win_rates(comparison: Comparison) -> Section:
    return _rates(comparison, "win_rates")


def _turns(comparison: Comparison) -> Section:
    return _rates(comparison, "turns")


def _ratings(comparison: Comparison) -> Section:
    return _rates(comparison, "ratings")


def _rate(side: Rate | None, figure: str) -> Line:
    if side is None:
        return ("none",)
    interval = f" ({side['low']:.1f} – {side['high']:.1f})" if side["low"] is not None else ""
    invalid = f", {side['invalid']} of {side['n']} invalid" if side["invalid"] else ""
    return ("no valid question" if side["rate"] is None else f"{figure or format(side['rate'], '.1f')}{interval}{invalid}",)


def _methods(comparison: Comparison) -> Section:
    rows: list[list[Line]] = []
    for row in comparison["methods"]:
        old, new = row["old"], row["new"]
        figures = shown_signed(old["difference"], new["difference"]) if old and new else ("", "", "")
        rows.append(
            [
                (Code(row["new_set"]), " minus ", Code(row["old_set"]) if row["old_set"] else "the base without fine-tuning"),
                ("the mean over the bases",) if row["base"] == "all" else (Code(row["base"]),),
                *(_difference(row[side], figure) for side, figure in zip(SIDES, figures, strict=False)),
                (figures[2],),
                (in_words(row["paired"]) if row["change"] is not None else "",),
            ]
        )
    head = ["sets", "base", "old", "new", "points", "on the same questions"]
    words = f"Difference between two training sets in adjusted win rate, in points, with its interval. {_TESTED}"
    blocks: list[Block] = [Paragraph((words,)), Table(head, rows, frozenset({2, 3, 4}))]
    return Section("Methods", blocks if rows else [])


def _difference(side: Difference | None, figure: str) -> Line:
    if side is None:
        return ("not compared",)
    return (f"{figure or signed(side['difference'])} ({signed(side['low'])} – {signed(side['high'])})",)


def _responses(comparison: Comparison) -> Section:
    dollars = iter(apportioned([row["usd"] for row in comparison["responses"] if row["usd"] is not None], 4))
    rows: list[list[Line]] = [
        [
            *((Code(row["stage"]),), (Code(row["endpoint"]),), (Code(row["model"]),)),
            *((f"{row['responses']:,}",), (f"{row['input_tokens']:,}",), (f"{row['output_tokens']:,}",)),
            ("price unknown" if row["usd"] is None else f"{next(dollars):.4f}",),
        ]
        for row in comparison["responses"]
    ]
    if not rows:
        return Section("")
    words = (
        "Responses that the new revision uses and the old one does not, at list price; the dollars are rounded so that they "
        "add up. Responses that are in your store are not requested again."
    )
    head = ["stage", "endpoint", "model", "responses", "tokens in", "tokens out", "USD"]
    return Section("New responses", [Paragraph((words,)), Table(head, rows, frozenset({3, 4, 5, 6}))])


_SECTIONS = (
    _prompts,
    _parameters,
    _sources,
    _rows,
    _filter,
    _training_sets,
    _answers,
    _verdicts,
    _win_rates,
    _turns,
    _ratings,
    _methods,
    _responses,
)
