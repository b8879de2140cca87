"""What the benchmark report says of training sets as methods: the conclusions in words, and the tables in Markdown."""

from collections.abc import Sequence

from seedbed.reporting.judge_sections import p_value
from seedbed.reporting.methods import ALL, MethodRow
from seedbed.reporting.statistics.methods import LEAST_SEEDS
from seedbed.util.markdown import table
from seedbed.util.rows import Row, Rows
from seedbed.util.words import count


def concluded(rows: Sequence[MethodRow], confidence: float) -> list[str]:
    """Return a paragraph on each two sets: on their mean over the bases, then on each base.

    Args:
        rows: as from `method_rows`.
        confidence: of the intervals, in percent.
    """
    shown = []
    for pair in dict.fromkeys((row["new"], row["old"]) for row in rows if row["comparison"] == "sets"):
        of_pair = [row for row in rows if row["comparison"] == "sets" and (row["new"], row["old"]) == pair]
        shown.append(" ".join([_on_mean(of_pair[0], len(of_pair) - 1), *_on_bases(of_pair)]))
    return shown


def sets_in_words(row: MethodRow) -> str:
    """Return which sets a row compares."""
    if row["comparison"] == "size":
        return f"{row['old']} to {row['new']}"
    return f"{row['new']} less {row['old'] or 'the base'}"


def seeds_in_words(rows: Sequence[MethodRow]) -> str:
    """Return of what the intervals speak: of these trained models, or of trainings with other seeds too."""
    rows = [row for row in rows if row["comparison"] == "sets"] or rows
    fewest = min((row["seeds"] for row in rows), default=0)
    bases = "The bases are these; nothing is said of another one."
    if fewest >= LEAST_SEEDS:
        return (
            f"Each base and set has {fewest} trainings or more, which differ in the seed alone: the intervals hold what a "
            f"training with another seed changes. {bases}"
        )
    trained = "one training" if fewest == 1 else f"{fewest} trainings at least"
    return (
        f"With {trained} of a base and a set, the intervals are over questions and speak of these two trainings: another seed "
        f"could give another difference, and {LEAST_SEEDS} seeds or more are needed to say how much. {bases}"
    )


def _on_mean(row: MethodRow, bases: int) -> str:
    over = f"the mean over {count(bases, 'base')}" if bases else f"the base {row['base']}"
    how = f"through the baseline {row['through']}" if row["through"] else "in their own matches"
    better, worse = (row["new"], row["old"]) if row["difference"] >= 0 else (row["old"], row["new"])
    sign = 1 if row["difference"] >= 0 else -1
    low, high = sorted((sign * row["low"], sign * row["high"]))
    assert row["p_holm"] is not None  # the mean is always tested
    tests = f", corrected for {row['tests']} pairs of sets" if (row["tests"] or 1) > 1 else ""
    points = _number(sign * row["difference"])
    ahead = "neither is ahead" if points == "0.0" else f"{better} is ahead by {points} points of adjusted win rate"
    statement = (
        f"{better} and {worse}, {over}, {count(row['n'], 'question')}, {how}: {ahead} (interval {_number(low)} "
        f"to {_number(high)}; p {_p(row['p_holm'])}{tests})"
    )
    if row["sure"]:
        return f"{statement}. Of these trainings the judge prefers those on {better}."
    return f"{statement}. Which of the two sets is better cannot be concluded" + (
        ", and the bases are not tested one by one." if bases else "."
    )


def _on_bases(rows: Sequence[MethodRow]) -> list[str]:
    mean, *bases = rows
    if not bases or not mean["sure"]:
        return []
    sentences = []
    for above, name in ((True, mean["new"]), (False, mean["old"])):
        ahead = [row["base"] for row in bases if row["sure"] and (row["difference"] > 0) == above]
        if ahead:
            sentences.append(
                f"{name} is ahead on {_listed(ahead)}, with the correction for {count(bases[0]['tests'] or 0, 'test')}."
            )
    if rest := [row["base"] for row in bases if not row["sure"]]:
        sentences.append(f"On {_listed(rest)} alone nothing can be concluded.")
    return sentences


def method_parts(rows: Sequence[MethodRow], chart: tuple[str, Rows], confidence: float) -> list[str]:
    """Return the section in Markdown; none where nothing is compared.

    Args:
        rows: as from `method_rows`.
        chart: as from `chart_rows`.
        confidence: of the intervals, in percent.
    """
    if not rows:
        return []
    parts = ["## Methods", *concluded(rows, confidence), seeds_in_words(rows)]
    baseline, bases = chart
    if bases:
        names = [point["set"] for point in bases[0]["points"]]
        names = [name for name in names if any(_rate(row, name) is not None for row in bases)]
        heads = {name: name or "as it was" for name in names}
        shown = [{"base": row["base"], **{heads[name]: _number(_rate(row, name)) for name in names}} for row in bases]
        parts += [f"### Each set against {baseline}", "Adjusted win rate, in percent.", table(shown, ["base", *heads.values()])]
    for comparison, title, words in _TABLES:
        if of_kind := [row for row in rows if row["comparison"] == comparison]:
            parts += [f"### {title}", words.format(confidence=f"{confidence:g}"), _table(of_kind)]
    return parts


_TABLES = (
    (
        "sets",
        "One set less another",
        "Points of adjusted win rate in the matches of the two, question by question, with the {confidence}% interval. The "
        "mean over the bases is the one primary test; only where it finds a difference are the bases tested, corrected (Holm). "
        "*Beside* is the difference of the two against a common baseline, which sees less.",
    ),
    ("untrained", "Each set less the base as it was", "A secondary family, corrected (Holm) for its rows."),
    (
        "size",
        "Twice as many rows",
        "By how many points the adjusted win rate rises when a set is twice as large: the slope over log₂ of the sizes, from "
        "the smallest to the largest set named, corrected (Holm) for the rows.",
    ),
)


def _table(rows: Sequence[MethodRow]) -> str:
    shown = [
        {"sets": sets_in_words(row), "base": "mean" if row["base"] == ALL else row["base"]}
        | {"seeds": row["seeds"], "n": row["n"], "dropped": row["dropped"], "points": _number(row["difference"])}
        | {
            "interval": f"{_number(row['low'])} – {_number(row['high'])}",
            "p": p_value(row["p"]),
            "Holm": p_value(row["p_holm"]),
        }
        | {"through": row["through"], "beside": _beside(row)}
        for row in rows
    ]
    names = ["sets", "base", "seeds", "n", "dropped", "points", "interval", "p", "Holm"]
    names += [name for name in ("through", "beside") if any(row[name] for row in shown)]
    return table(shown, names, right=["points", "interval", "p", "Holm"])


def _beside(row: MethodRow) -> str:
    if not row["beside"]:
        return ""
    bounds = f"{_number(row['beside_low'])} – {_number(row['beside_high'])}"
    return f"{_number(row['beside_difference'])} ({bounds}) against {row['beside']}"


def _rate(row: Row, name: str | None) -> float | None:
    rate: float | None = next(point["rate"] for point in row["points"] if point["set"] == name)
    return rate


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
