"""Training sets compared as methods: what the benchmark report makes of models that say what they were made of."""

import csv
import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from seedbed.project import paths
from seedbed.project.methods import Made, study_pairs
from seedbed.project.params_types import Params
from seedbed.reporting.benchmark_page import SECTIONS
from seedbed.reporting.method_sizes import set_sizes
from seedbed.reporting.methods import METHOD_COLUMNS, method_rows
from tests.builds import Build

BASES = ("llama", "calm")
QUESTIONS = tuple(("generic", f"質問 {number}。") for number in range(40))


def study(
    folder: Path,
    rates: dict[str, float],
    seeds: int = 1,
    sets: dict[str, Any] | None = None,
    ours: bool = True,
    bases: tuple[str, ...] = BASES,
    baseline: str | None = "m",
) -> Build:
    """Return a build of recorded models `BASE-SET-SEED`, each base as it was, and a model `m`.

    Args:
        folder: of the build.
        rates: how strong a set is, from 0 to 1; `base` is the base as it was.
        seeds: trainings of each.
        sets: the block of `params.yaml`.
        ours: whether the models have matches of their own, beside those against the baseline.
        bases: their ids.
        baseline: the model that all are matched with; None for none.
    """
    models: dict[str, Any] = {"m": {"recorded": "m.jsonl"}}
    for base in bases:
        models[base] = {"recorded": "b.jsonl", "base": base}
        for name in rates:
            if name != "base":
                for seed in range(seeds):
                    models[f"{base}-{name}-{seed}"] = {"recorded": "r.jsonl", "base": base, "set": name}
    made = {
        id: Made(block["base"], block.get("set"), int(id.rpartition("-")[2]) if "set" in block else 0)
        for id, block in models.items()
        if "base" in block
    }
    pairs = [(one, other) for one, other in study_pairs(made, baseline) if ours or other == baseline]

    def strength(model: str) -> float:
        return rates[made[model].set or "base"] if model in made else 0.5

    def judge(match: str, question: str, order: str) -> tuple[str, str]:
        model, _, baseline = match.partition("-vs-")
        chance = int(sha256(f"{match} {question}".encode()).hexdigest(), 16) % 1000 / 1000
        won = chance < 0.5 + (strength(model) - strength(baseline)) / 2
        return ("first" if won == (order == "ab") else "second"), ""

    changes = {"models": models, "sets": sets or {}}
    return Build(folder, models=list(models), matches=pairs, questions=QUESTIONS, judge=judge, changes=changes)


def rows(build: Build, comparison: str) -> dict[str, Any]:
    return {f"{row['new']} {row['base']}": row for row in build.benchmark().methods if row["comparison"] == comparison}


def test_a_study_of_two_sets_on_two_bases(tmp_path: Path) -> None:
    build = study(tmp_path / "a", {"base": 0.1, "native": 0.9, "direct": 0.3})
    benchmark = build.benchmark()
    found = rows(build, "sets")
    assert list(found) == ["native all", "native llama", "native calm"]
    # The difference of the rates in their own match, by hand: all verdicts are wins or losses.
    scores = benchmark.scores.of("llama-native-0-vs-llama-direct-0")
    assert found["native llama"]["difference"] == pytest.approx(100 * (2 * scores.mean() - 1), abs=1e-3)
    mean = (found["native llama"]["difference"] + found["native calm"]["difference"]) / 2
    assert found["native all"]["difference"] == pytest.approx(mean, abs=1e-3)
    assert found["native all"]["p_holm"] == found["native all"]["p"]  # made alone
    assert [row["tests"] for row in found.values()] == [1, 2, 2]
    beside = benchmark.scores.of("llama-native-0-vs-m").mean() - benchmark.scores.of("llama-direct-0-vs-m").mean()
    assert found["native llama"]["beside"] == "m"
    assert found["native llama"]["beside_difference"] == pytest.approx(100 * beside, abs=1e-3)
    secondary = rows(build, "untrained")
    assert len(secondary) == 6
    assert {row["tests"] for row in secondary.values()} == {6}
    baseline, chart = benchmark.chart
    assert (baseline, [row["base"] for row in chart]) == ("m", ["llama", "calm"])
    assert [point["set"] for point in chart[0]["points"]] == [None, "native", "direct"]
    assert chart[0]["points"][0]["rate"] is None  # no match of the base with m
    assert chart[0]["points"][1]["rate"] == pytest.approx(100 * benchmark.scores.of("llama-native-0-vs-m").mean())


def test_what_is_concluded_in_words(tmp_path: Path) -> None:
    summary = study(tmp_path / "a", {"base": 0.1, "native": 0.95, "direct": 0.2}).benchmark().summary()
    assert "## Methods" in summary
    assert "The judge prefers the models trained on native." in summary
    assert "native is significantly better on llama and calm (corrected for 2 tests)." in summary
    assert "hold for these trainings only" in summary
    equal = study(tmp_path / "b", {"base": 0.5, "native": 0.5, "direct": 0.5}).benchmark()
    assert "The difference is not significant, so the bases are not tested individually." in equal.summary()
    assert [row["p_holm"] for row in equal.methods if row["comparison"] == "sets"][1:] == [None, None]


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (0.04, "no difference (interval"),
        (-0.04, "no difference (interval"),
        (-3.0, "direct is 3.0 points of adjusted win rate better (interval"),
    ],
)
def test_a_difference_that_rounds_to_nothing_is_no_lead(tmp_path: Path, difference: float, words: str) -> None:
    benchmark = study(tmp_path / "a", {"base": 0.5, "native": 0.5, "direct": 0.5}).benchmark()
    row = next(row for row in benchmark.methods if row["comparison"] == "sets" and row["base"] == "all")
    row["difference"] = difference
    assert words in benchmark.summary()


@pytest.mark.slow
def test_repeated_trainings(tmp_path: Path) -> None:
    build = study(tmp_path / "a", {"base": 0.1, "native": 0.9, "direct": 0.3}, seeds=3)
    found = rows(build, "sets")
    assert {row["seeds"] for row in found.values()} == {3}
    assert "the intervals include the variance between seeds" in build.benchmark().summary()
    names = [f"llama-native-{seed}-vs-llama-direct-{seed}" for seed in range(3)]
    direct = [build.benchmark().scores.of(name).mean() for name in names]
    assert found["native llama"]["difference"] == pytest.approx(100 * (2 * sum(direct) / 3 - 1), abs=1e-3)


def test_sets_without_a_match_of_their_own_are_compared_through_the_baseline(tmp_path: Path) -> None:
    found = rows(study(tmp_path / "a", {"base": 0.1, "native": 0.9, "direct": 0.3}, ours=False), "sets")
    assert {row["through"] for row in found.values()} == {"m"}
    assert {row["beside"] for row in found.values()} == {""}


def test_sizes_are_a_trend(tmp_path: Path) -> None:
    block = {"seeds": "data/empty.jsonl", "rows": "data/build/instructions/native.jsonl"}
    sets = {"small": block | {"first": 100}, "large": block | {"first": 400}, "direct": {"seeds": "a", "rows": "b", "first": 5}}
    build = study(tmp_path / "a", {"base": 0.1, "small": 0.4, "large": 0.9, "direct": 0.3}, sets=sets)
    found = rows(build, "size")
    assert list(found) == ["large all", "large llama", "large calm"]
    scores = build.benchmark().scores
    per_doubling = (scores.of("llama-large-0-vs-m").mean() - scores.of("llama-small-0-vs-m").mean()) / 2
    assert found["large llama"]["difference"] == pytest.approx(100 * per_doubling, abs=1e-3)
    assert (found["large llama"]["through"], found["large llama"]["old"]) == ("m", "small")
    pairs = rows(build, "sets")
    assert {row["tests"] for row in pairs.values() if row["base"] == "all"} == {3}


def test_the_full_set_is_one_of_the_sizes_where_a_training_says_how_many_it_has(tmp_path: Path) -> None:
    block = {"seeds": "data/empty.jsonl", "rows": "data/build/instructions/native.jsonl"}
    sets = {"some": block | {"first": 100}, "native": block}
    build = study(tmp_path / "a", {"base": 0.1, "some": 0.3, "native": 0.9}, sets=sets)
    assert rows(build, "size") == {}  # nobody knows how large it is
    scores, params = build.benchmark().scores, build.params()
    found = {
        row["base"]: row for row in method_rows(scores, params, {"some": 110, "native": 440}) if row["comparison"] == "size"
    }
    assert list(found) == ["all", "llama", "calm"]
    per_doubling = (scores.of("llama-native-0-vs-m").mean() - scores.of("llama-some-0-vs-m").mean()) / 2
    assert found["llama"]["difference"] == pytest.approx(100 * per_doubling, abs=1e-3)
    assert (found["llama"]["new"], found["llama"]["old"]) == ("native", "some")


def test_the_size_of_a_set_is_what_its_training_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for id, seen in (("b-some", {"examples": 110}), ("b-native", {})):
        path = paths.training(id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(seen))
    trained = {f"b-{name}": {"base": "b", "set": name} for name in ("some", "native", "other")}
    assert set_sizes(cast(Params, {"trained": trained})) == {"some": 110}


def test_without_a_common_baseline_there_are_the_sets_own_matches_and_the_picture(tmp_path: Path) -> None:
    block = {"seeds": "data/empty.jsonl", "rows": "data/build/instructions/native.jsonl"}
    sets = {name: block | {"first": first} for name, first in (("small", 100), ("middle", 200), ("large", 800))}
    build = study(tmp_path / "a", {"base": 0.1, "small": 0.3, "middle": 0.4, "large": 0.9}, sets=sets, baseline=None)
    benchmark = build.benchmark()
    assert {(row["through"], row["beside"]) for row in benchmark.methods if row["comparison"] == "sets"} == {("", "")}
    # By hand: three matches of sizes that are 1, 2 and 3 doublings apart.
    score = {
        pair: 2 * benchmark.scores.of(f"llama-{pair[0]}-0-vs-llama-{pair[1]}-0").mean() - 1
        for pair in (("small", "middle"), ("middle", "large"), ("small", "large"))
    }
    slope = -(score["small", "middle"] + 2 * score["middle", "large"] + 3 * score["small", "large"]) / 14
    found = rows(build, "size")
    assert list(found) == ["large all", "large llama", "large calm"]
    assert found["large llama"]["difference"] == pytest.approx(100 * slope, abs=1e-3)
    assert found["large llama"]["through"] == ""
    baseline, chart = benchmark.chart
    assert baseline == "the base as it was"
    assert [row["base"] for row in chart] == ["llama", "calm"]
    page = build.benchmark_page()
    assert page.count('class="rate dumbbell"') == 2
    assert page.count('class="rate difference') == len(benchmark.methods)


def test_files_and_page(tmp_path: Path) -> None:
    build = study(tmp_path / "a", {"base": 0.1, "native": 0.9, "direct": 0.3})
    benchmark = build.benchmark()
    written = list(csv.DictReader(io.StringIO(benchmark.methods_csv())))
    assert len(written) == len(benchmark.methods) == 9
    metrics = json.loads(benchmark.metrics())["methods"]
    assert metrics["sets"]["native-direct"]["all"]["difference"] == round(float(written[0]["difference"]), 2)
    assert set(metrics["untrained"]) == {"native-base", "direct-base"}
    page = build.benchmark_page()
    assert '<section id="methods">' in page
    assert page.count('class="rate dumbbell"') == 2


def test_one_base_alone_has_no_mean_and_a_page(tmp_path: Path) -> None:
    build = study(tmp_path / "a", {"base": 0.1, "native": 0.9, "direct": 0.3}, bases=("llama",))
    assert set(rows(build, "sets")) == {"native llama"}
    assert '<section id="methods">' in build.benchmark_page()


def test_nothing_where_no_model_says_what_it_was_made_of(tmp_path: Path) -> None:
    build = Build(tmp_path / "a")
    benchmark = build.benchmark()
    assert benchmark.methods_csv() == ",".join(METHOD_COLUMNS) + "\n"
    assert "methods" not in json.loads(benchmark.metrics())
    assert "Methods" not in benchmark.summary()
    page = build.benchmark_page()
    assert "methods" in SECTIONS
    assert 'href="#methods"' not in page
    assert "dumbbell" not in page


def test_a_question_without_a_verdict_on_one_base_is_dropped(tmp_path: Path) -> None:
    build = study(tmp_path / "a", {"base": 0.1, "native": 0.9, "direct": 0.3})
    judge = build.judge
    build.judge = lambda match, question, order: (
        ("invalid", "") if match == "llama-native-0-vs-llama-direct-0" and question == "q03" else judge(match, question, order)
    )
    found = rows(build, "sets")
    assert [(row["n"], row["dropped"]) for row in found.values()] == [(39, 1), (39, 1), (40, 0)]
