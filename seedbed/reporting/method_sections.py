"""What the benchmark report says of training sets as methods: the conclusions in words, and the tables in Markdown."""

from collections.abc import Sequence

from seedbed.reporting.conclusions import p_in_words
from seedbed.reporting.judge_sections import p_value
from seedbed.reporting.method_chart import OWN_BASE, ChartRow
from seedbed.reporting.methods import MethodRow
from seedbed.reporting.statistics.methods import LEAST_SEEDS
from seedbed.reporting.study import ALL
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.util.markdown import table


def concluded(rows: Sequence[MethodRow], say: Words = ENGLISH_WORDS) -> list[str]:
    """Return a paragraph on each two sets: on their mean over the bases, then on each base.

    Args:
        rows: as from `method_rows`.
        say: the words of the report's language.
    """
    shown = []
    for pair in dict.fromkeys((row["new"], row["old"]) for row in rows if row["comparison"] == "sets"):
        of_pair = [row for row in rows if row["comparison"] == "sets" and (row["new"], row["old"]) == pair]
        shown.append(say("sentence_joint").join([_on_mean(of_pair[0], len(of_pair) - 1, say), *_on_bases(of_pair, say)]))
    return shown


def sets_in_words(row: MethodRow, say: Words = ENGLISH_WORDS) -> str:
    """Return which sets a row compares."""
    if row["comparison"] == "size":
        return say("methods_size", old=row["old"], new=row["new"])
    return say("less", model=row["new"], other=row["old"] or say("methods_the_base"))


def baseline_in_words(name: str, say: Words) -> str:
    """Return what sets are compared with."""
    return say("methods_base_as_it_was") if name == OWN_BASE else name


def seeds_in_words(rows: Sequence[MethodRow], say: Words = ENGLISH_WORDS) -> str:
    """Return of what the intervals speak: of these trained models, or of trainings with other seeds too."""
    rows = [row for row in rows if row["comparison"] == "sets"] or rows
    fewest = min((row["seeds"] for row in rows), default=0)
    bases = say("methods_these")
    if fewest >= LEAST_SEEDS:
        return say("methods_seeds", n=fewest, bases=bases)
    trained = say("methods_one_training") if fewest == 1 else say("methods_trainings", n=fewest)
    return say("methods_few_seeds", trained=trained, least=LEAST_SEEDS, bases=bases)


def _on_mean(row: MethodRow, bases: int, say: Words) -> str:
    over = say.count(bases, "methods_mean_over") if bases else say("methods_on_base", base=row["base"])
    how = say("methods_through", baseline=row["through"]) if row["through"] else say("methods_own_matches")
    better, worse = (row["new"], row["old"]) if row["difference"] >= 0 else (row["old"], row["new"])
    sign = 1 if row["difference"] >= 0 else -1
    low, high = sorted((sign * row["low"], sign * row["high"]))
    assert row["p_holm"] is not None  # the mean is always tested
    points = _number(sign * row["difference"])
    statement = say(
        "methods_statement",
        better=better,
        worse=worse,
        over=over,
        questions=say.count(row["n"], "questions"),
        how=how,
        ahead=say("methods_even") if points == "0.0" else say("methods_ahead", better=better, points=points),
        low=_number(low),
        high=_number(high),
        p=p_in_words(row["p_holm"], say),
        tests=say("methods_corrected", tests=row["tests"]) if (row["tests"] or 1) > 1 else "",
    )
    if row["sure"]:
        return say("methods_sure", statement=statement, better=better)
    return say("methods_open_bases" if bases else "methods_open", statement=statement)


def _on_bases(rows: Sequence[MethodRow], say: Words) -> list[str]:
    mean, *bases = rows
    if not bases or not mean["sure"]:
        return []
    sentences = []
    for above, name in ((True, mean["new"]), (False, mean["old"])):
        ahead = [row["base"] for row in bases if row["sure"] and (row["difference"] > 0) == above]
        if ahead:
            tests = bases[0]["tests"] or 0
            key = "methods_ahead_on_one" if tests == 1 else "methods_ahead_on_many"
            sentences.append(say(key, name=name, bases=say.listed(ahead, len(ahead)), tests=tests))
    if rest := [row["base"] for row in bases if not row["sure"]]:
        sentences.append(say("methods_nothing_on", bases=say.listed(rest, len(rest))))
    return sentences


def method_parts(
    rows: Sequence[MethodRow], chart: tuple[str, list[ChartRow]], confidence: float, say: Words = ENGLISH_WORDS
) -> list[str]:
    """Return the section in Markdown; none where nothing is compared.

    Args:
        rows: as from `method_rows`.
        chart: as from `chart_rows`.
        confidence: of the intervals, in percent.
        say: the words of the report's language.
    """
    if not rows:
        return []
    parts = [f"## {say('section_methods')}", *concluded(rows, say), seeds_in_words(rows, say)]
    baseline, bases = chart
    if bases:
        names = [point["set"] for point in bases[0]["points"]]
        names = [name for name in names if any(_rate(row, name) is not None for row in bases)]
        heads = {name: name or say("methods_as_it_was") for name in names}
        shown = [{"base": row["base"], **{heads[name]: _number(_rate(row, name)) for name in names}} for row in bases]
        parts += [f"### {say('methods_each_against', baseline=baseline_in_words(baseline, say))}", say("methods_rate_percent")]
        parts += [table(shown, ["base", *heads.values()], heads=[say.column("base"), *heads.values()])]
    for kind in ("sets", "untrained", "size"):
        if of_kind := [row for row in rows if row["comparison"] == kind]:
            words = say(f"methods_{kind}_brief", **({"confidence": f"{confidence:g}"} if kind == "sets" else {}))
            parts += [f"### {say(f'methods_{kind}_title')}", words, _table(of_kind, say)]
    return parts


def _table(rows: Sequence[MethodRow], say: Words) -> str:
    shown = [
        {"sets": sets_in_words(row, say), "base": say("methods_mean") if row["base"] == ALL else row["base"]}
        | {"seeds": row["seeds"], "n": row["n"], "dropped": row["dropped"], "points": _number(row["difference"])}
        | {
            "interval": f"{_number(row['low'])} – {_number(row['high'])}",
            "p": p_value(row["p"]),
            "Holm": p_value(row["p_holm"]),
        }
        | {"through": baseline_in_words(row["through"], say), "beside": _beside(row, say)}
        for row in rows
    ]
    names = ["sets", "base", "seeds", "n", "dropped", "points", "interval", "p", "Holm"]
    names += [name for name in ("through", "beside") if any(row[name] for row in shown)]
    return say.table(shown, names, right=["points", "interval", "p", "Holm"])


def _beside(row: MethodRow, say: Words) -> str:
    if not row["beside"]:
        return ""
    interval = f"{_number(row['beside_low'])} – {_number(row['beside_high'])}"
    difference = _number(row["beside_difference"])
    return say("methods_beside", difference=difference, interval=interval, baseline=baseline_in_words(row["beside"], say))


def _rate(row: ChartRow, name: str | None) -> float | None:
    return next(point["rate"] for point in row["points"] if point["set"] == name)


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")
