"""The first lines: what changed, what it did, what it cost; and what a reader must not overlook."""

from itertools import groupby

from seedbed.diff.blocks import Code, Line, Note
from seedbed.diff.compare import Comparison, is_same, totals
from seedbed.diff.paired import in_words
from seedbed.util.rows import Row
from seedbed.util.words import count

_SHOWN = 3
"""Names given in one line before the rest is only counted."""


def summary(comparison: Comparison) -> list[Line]:
    """Return one to three lines."""
    old, new = (_name(comparison[side]) for side in ("old", "new"))
    if is_same(comparison):
        could = " that could be read" if comparison["unread"] else ""
        return [(f"Nothing{could} differs between ", *old, " and ", *new, ".")]
    lines: list[Line] = [(*old, " → ", *new, ": ", f"{_edits(comparison)}; {_rows(comparison)}.")]
    rates = [row for row in comparison["win_rates"] if row["category"] == "all" and row["change"] is not None]
    if rates:
        changes = [
            (
                Code(row["match"]),
                f" {row['old']['rate']:.1f} → {row['new']['rate']:.1f} ({signed(row['change'])} points; {in_words(row)})",
            )
            for row in rates[:_SHOWN]
        ]
        more = f"; {count(len(rates) - _SHOWN, 'more match', 'more matches')}" if len(rates) > _SHOWN else ""
        joined = [part for line in changes for part in ("; ", *line)][1:]
        lines.append(("Adjusted win rate: ", *joined, f"{more}."))
    lines += _methods(comparison["methods"])
    if comparison["responses"]:
        lines.append(_bill(comparison["responses"]))
    return lines


def notes(comparison: Comparison) -> list[Note]:
    """Return what must not be overlooked: the stand-in, what could not be read, what was not built."""
    written = []
    if comparison["stand_in"] and not is_same(comparison):
        kinds = ", ".join(comparison["stand_in"])
        written.append(
            Note(
                (
                    f"Made with the stand-in: {kinds} come from the rule-based stand-in, which is no language model; "
                    "what changed in them says nothing about any model.",
                )
            )
        )
    for revision, fetch in dict.fromkeys((row["revision"], row["fetch"]) for row in comparison["unread"]):
        paths = [row["path"] for row in comparison["unread"] if (row["revision"], row["fetch"]) == (revision, fetch)]
        written.append(
            Note(
                (
                    f"Not compared, since not on this machine: {count(len(paths), 'output')} of ",
                    *_revision(revision),
                    " (",
                    *_some(paths),
                    "); ",
                    Code(fetch),
                    " brings what a DVC remote has.",
                )
            )
        )
    for revision, group in groupby(comparison["not_built"], key=lambda row: row["revision"]):
        stages = list(group)
        why = list(dict.fromkeys(word for stage in stages for word in stage["why"]))
        written.append(
            Note(
                (
                    "Not built: in ",
                    *_revision(revision),
                    f" the inputs of {count(len(stages), 'stage')} are not those that ",
                    Code("dvc.lock"),
                    " was made from (",
                    *_some([stage["stage"] for stage in stages]),
                    ", by ",
                    *_some(why),
                    "), so that the rows shown are not what it gives; ",
                    Code("make repro"),
                    " builds them.",
                )
            )
        )
    return written


def _methods(rows: list[Row]) -> list[Line]:
    """Return a line on the differences of training sets that changed: on the means over the bases, where there are several."""
    tested = [row for row in rows if row["comparison"] == "sets" and row["change"] is not None]
    means = [row for row in tested if row["base"] == "all"] or tested
    parts = []
    for row in means[:_SHOWN]:
        on = "mean over the bases" if row["base"] == "all" else row["base"]
        change = f"{signed(row['old']['difference'])} → {signed(row['new']['difference'])}"
        parts.append(
            (
                Code(row["new_set"]),
                " less ",
                Code(row["old_set"]),
                f", {on}: {change} ({signed(row['change'])} points; {in_words(row)})",
            )
        )
    if not parts:
        return []
    more = f"; {count(len(means) - _SHOWN, 'more pair')}" if len(means) > _SHOWN else ""
    joined = [part for line in parts for part in ("; ", *line)][1:]
    return [("Methods: ", *joined, f"{more}.")]


def signed(change: float) -> str:
    """Return a change in percentage points, with its sign."""
    return f"{change:+.1f}".replace("-", "−")


def _name(side: Row) -> Line:
    return (Code(side["name"]),) if side["commit"] else (side["name"],)


def _revision(name: str) -> Line:
    return (name,) if name == "the working tree" else (Code(name),)


def _some(names: list[str]) -> Line:
    """Name the first few, and count the rest."""
    first = [part for name in names[:_SHOWN] for part in (", ", Code(name))][1:]
    return (*first, *((f" and {len(names) - _SHOWN:,} more",) if len(names) > _SHOWN else ()))


def _edits(comparison: Comparison) -> str:
    changed = [count(len(comparison[key]), key[:-1]) for key in ("prompts", "parameters") if comparison[key]]
    written = totals(comparison["sources"])
    if rows := sum(written[name] for name in ("added", "removed", "changed", "same_text")):
        changed.append(f"{count(rows, 'row')} that people wrote")
    return f"{', '.join(changed)} changed" if changed else "no prompt, parameter or row that people wrote changed"


def _rows(comparison: Comparison) -> str:
    total = totals(comparison["rows"])
    differ = {name: number for name, number in total.items() if name != "same_text" and number}
    sets = comparison["training_sets"]
    examples = f"; examples of {count(len(sets), 'training set')} changed" if sets else ""
    unread = ", those of the outputs below not counted" if comparison["unread"] else ""
    if not differ:
        same = f" ({total['same_text']:,} built again, with the same text)" if total["same_text"] else ""
        return f"the text of no built row changed{same}{examples}{unread}"
    numbers = ", ".join(f"{number:,} {name}" for name, number in differ.items())
    datasets = count(len(comparison["rows"]), "dataset")
    return f"{count(sum(differ.values()), 'built row')} in {datasets} differ ({numbers}){examples}{unread}"


def _bill(responses: list[Row]) -> Line:
    tokens = sum(row["input_tokens"] + row["output_tokens"] for row in responses)
    words = f"{count(sum(row['responses'] for row in responses), 'new response')}, {tokens:,} tokens, "
    known = sum(row["usd"] for row in responses if row["usd"] is not None)
    unknown = list(dict.fromkeys(row["model"] for row in responses if row["usd"] is None))
    if not unknown:
        return (f"{words}{known:.4f} USD at list price.",)
    priced = (
        f"{known:.4f} USD and what " if len(unknown) < len({row["model"] for row in responses}) else "dollars unknown: what "
    )
    return (f"{words}{priced}", *_some(unknown), " cost: no price in ", Code("params.yaml"), ".")
