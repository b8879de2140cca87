"""The summary of a diff: what changed, the effect, the cost, and warnings."""

from itertools import groupby
from typing import Literal

from seedbed.diff.blocks import Code, Line, Note, Point
from seedbed.diff.compare import is_same, totals
from seedbed.diff.comparison import Comparison, MethodChange, Named, NewResponses, RateChange, rates_of
from seedbed.diff.figures import shown, shown_signed
from seedbed.diff.paired import in_words
from seedbed.diff.telling import telling
from seedbed.project.corpora import BENCHMARK, WHOLE
from seedbed.util.words import count

_SHOWN = 3
"""Names given in one line before the rest is only counted."""


def title(comparison: Comparison) -> Line:
    """Return what is compared, and whether there is nothing to say."""
    old, new = _name(comparison["old"]), _name(comparison["new"])
    if is_same(comparison):
        could = " that could be read" if comparison["unread"] else ""
        return (f"Nothing{could} differs between ", *old, " and ", *new, ".")
    return (*old, " → ", *new)


def points(comparison: Comparison) -> list[Point]:
    """Return the answer: what changed, what it did to the sets and to the rates, what it cost, what to look at first."""
    if is_same(comparison):
        return []
    answer = [
        Point("What changed", [_edits(comparison)]),
        Point("Sets", [_rows(comparison)]),
        Point("Rates", _rates(comparison)),
        Point("Cost", [_bill(comparison["responses"])]),
        Point("Check first", telling(comparison)),
    ]
    return [point for point in answer if point.lines]


def notes(comparison: Comparison) -> list[Note]:
    """Return what must not be overlooked: the stand-in, what could not be read, what was not built."""
    written = []
    if comparison["stand_in"] and not is_same(comparison):
        kinds = ", ".join(comparison["stand_in"])
        written.append(
            Note(
                (
                    f"Made with the stand-in: {kinds} come from the rule-based stand-in, which is not a language model; "
                    "their changes say nothing about any model.",
                )
            )
        )
    for revision, fetch in dict.fromkeys((row["revision"], row["fetch"]) for row in comparison["unread"]):
        paths = [row["path"] for row in comparison["unread"] if (row["revision"], row["fetch"]) == (revision, fetch)]
        written.append(
            Note(
                (
                    f"Not compared, because not on this machine: {count(len(paths), 'output')} of ",
                    *_revision(revision),
                    " (",
                    *_some(paths),
                    "); ",
                    Code(fetch),
                    " fetches them from the DVC remote.",
                )
            )
        )
    for revision, group in groupby(comparison["not_built"], key=lambda row: row["revision"]):
        stages = list(group)
        why = list(dict.fromkeys(word for stage in stages for word in stage["why"]))
        written.append(
            Note(
                (
                    "Not up to date: in ",
                    *_revision(revision),
                    f", {count(len(stages), 'stage')} (",
                    *_some([stage["stage"] for stage in stages]),
                    ") would run again (",
                    *_some(why),
                    "). The rows shown are those of the last build; ",
                    Code("seedbed repro"),
                    " builds them anew.",
                )
            )
        )
    return written


def _rates(comparison: Comparison) -> list[Line]:
    """Return a line for each kind of rate that changed, the changes that are sure first."""
    kinds: list[tuple[str, Literal["match", "model"], list[RateChange]]] = [
        ("adjusted win rate", "match", comparison["win_rates"]),
        ("adjusted win rate", "match", [row for row in comparison["turns"] if row["turn"] == WHOLE]),
        ("mean rating", "model", [row for row in comparison["ratings"] if row["turn"] == WHOLE]),
    ]
    lines = []
    for kind, name, rows in kinds:
        by_corpus: dict[str, list[RateChange]] = {}
        for row in rows:
            if row["category"] == "all" and row["change"] is not None:
                by_corpus.setdefault(row.get("corpus", BENCHMARK), []).append(row)
        for corpus, whole in by_corpus.items():
            on: Line = () if corpus == BENCHMARK else (" on ", Code(corpus))
            lines.append(_changes((kind, *on), [(row, _change(row, name)) for row in whole]))
    methods = _methods(comparison["methods"])
    if not lines and not methods:
        new = comparison["win_rates"] or comparison["turns"] or comparison["ratings"]
        return [("no rate can be compared: each exists in one revision only.",)] if new else [("no rate changed.",)]
    return [*lines, *([methods] if methods else [])]


def _changes(kind: Line, rows: list[tuple[RateChange | MethodChange, Line]]) -> Line:
    """Return a line on the rows, the sure ones first, of which a few are shown."""
    rows.sort(key=lambda pair: (not (pair[0]["paired"] and pair[0]["paired"]["sure"]), -abs(pair[0]["change"] or 0)))
    sure = sum(bool(row["paired"] and row["paired"]["sure"]) for row, _ in rows)
    joined = [part for _, line in rows[:_SHOWN] for part in ("; ", *line)][1:]
    more = f"; {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    certain = f" ({sure:,} of {len(rows):,} changes significant)" if len(rows) > 1 else ""
    return (*kind, f"{certain}: ", *joined, f"{more}.")


def _change(row: RateChange, name: Literal["match", "model"]) -> Line:
    old, new, change = shown(*rates_of(row))
    return (Code(row[name]), f" {old} → {new} ({change} points; {in_words(row['paired'])})")


def _methods(rows: list[MethodChange]) -> Line:
    """Return a line on the differences of training sets that changed: on the means over the bases, where there are several."""
    tested = [row for row in rows if row["comparison"] == "sets" and row["change"] is not None]
    means = [row for row in tested if row["base"] == "all"] or tested
    parts: list[tuple[RateChange | MethodChange, Line]] = []
    for row in means:
        before, after = row["old"], row["new"]
        if not before or not after:
            continue
        on = "mean over the bases" if row["base"] == "all" else row["base"]
        old, new, change = shown_signed(before["difference"], after["difference"])
        line: Line = (
            *(Code(row["new_set"]), " minus ", Code(row["old_set"]), f", {on}: "),
            f"{old} → {new} ({change} points; {in_words(row['paired'])})",
        )
        parts.append((row, line))
    return _changes(("methods",), parts) if parts else ()


def _name(side: Named) -> Line:
    return (Code(side["name"]),) if side["commit"] else (side["name"],)


def _revision(name: str) -> Line:
    return (name,) if name == "the working tree" else (Code(name),)


def _some(names: list[str]) -> Line:
    """Name the first few, and count the rest."""
    first = [part for name in names[:_SHOWN] for part in (", ", Code(name))][1:]
    return (*first, *((f" and {len(names) - _SHOWN:,} more",) if len(names) > _SHOWN else ()))


def _edits(comparison: Comparison) -> Line:
    """Return which prompts, parameters and files of rows changed."""
    parts: list[Line] = []
    named = {"prompt": [row["prompt"] for row in comparison["prompts"]]}
    named["parameter"] = [leaf["name"] for leaf in comparison["parameters"]]
    for kind, names in named.items():
        if names:
            parts.append((count(len(names), kind), " (", *_some(names), ")"))
    rows = sum(totals(comparison["sources"])[name] for name in ("added", "removed", "changed", "same_text"))
    if rows:
        written = [row["dataset"] for row in comparison["sources"]]
        parts.append((count(rows, "row"), " that people wrote (", *_some(written), ")"))
    if not parts:
        return ("no prompt, parameter or row that people wrote.",)
    return (*[part for line in parts for part in ("; ", *line)][1:], ".")


def _rows(comparison: Comparison) -> Line:
    """Return what became of the built rows and of the training sets."""
    total = totals(comparison["rows"])
    differ = {name: number for name, number in total.items() if name != "same_text" and number}
    examples = [
        part
        for row in comparison["training_sets"][:_SHOWN]
        for part in (
            *("; training set ", Code(row["training_set"])),
            f" {row['old']:,} → {row['new']:,} examples (+{row['added']:,} −{row['removed']:,})",
        )
    ]
    more = len(comparison["training_sets"]) - _SHOWN
    if more > 0:
        examples.append(f"; {count(more, 'more set')}")
    unread = ", those of the outputs below not counted" if comparison["unread"] else ""
    if not differ:
        same = f" ({total['same_text']:,} built again, with the same text)" if total["same_text"] else ""
        return (f"the text of no built row changed{same}", *examples, f"{unread}.")
    numbers = ", ".join(f"{number:,} {name}" for name, number in differ.items())
    datasets = [row["dataset"] for row in comparison["rows"]]
    rows = count(sum(differ.values()), "built row")
    return (f"{rows} in ", *_some(datasets), f" differ ({numbers})", *examples, f"{unread}.")


def _bill(responses: list[NewResponses]) -> Line:
    if not responses:
        return ("no new response in what is built.",)
    tokens = sum(row["input_tokens"] + row["output_tokens"] for row in responses)
    by_stage: dict[str, int] = {}
    for row in responses:
        by_stage[row["stage"]] = by_stage.get(row["stage"], 0) + row["responses"]
    stages = ", ".join(f"{stage} {number:,}" for stage, number in by_stage.items())
    words = f"{count(sum(by_stage.values()), 'new response')} ({stages}), {tokens:,} tokens, "
    known = sum(row["usd"] for row in responses if row["usd"] is not None)
    unknown = list(dict.fromkeys(row["model"] for row in responses if row["usd"] is None))
    if not unknown:
        return (f"{words}{known:.4f} USD at list price.",)
    priced = (
        f"{known:.4f} USD and what " if len(unknown) < len({row["model"] for row in responses}) else "dollars unknown: what "
    )
    return (f"{words}{priced}", *_some(unknown), " cost: no price in ", Code("params.yaml"), ".")
