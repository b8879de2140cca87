"""Diversity: what is counted, what is compared, and that a row more moves no other."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from seedbed.filtering.similarity import encode, rouge_l
from seedbed.filtering.tokenisers import load_tagger, load_tokeniser, words
from seedbed.project import columns
from seedbed.project.params import load_params
from seedbed.project.params_types import Params
from seedbed.reporting import diversity
from seedbed.reporting.diversity import drawn, measure, nearest_scores, root
from seedbed.util.canonical import canonical
from seedbed.util.tables import Tables
from tests.harness import ROOT

PARAMS = load_params(ROOT / "params.yaml")
SUDACHI = PARAMS["filter"]["tokeniser"]
Texts = Sequence[tuple[str, str, str]]


def made(instructions: Texts, seeds: Texts = (), baseline: Texts = ()) -> Tables:
    """Return tables of three sets, each text an instruction, an input and an output."""
    found = Tables()
    rows = [(f"s{number:05}", 0, "open_qa", None, *texts, None, "native") for number, texts in enumerate(instructions)]
    found.fill("instructions", f"{columns.INSTRUCTIONS}, generation text", rows)
    found.fill("rejected", f"{columns.REJECTED}, generation text", [])
    edited = [(f"seed-{number}", "edited", "email", *texts, None, None, "seed_tasks") for number, texts in enumerate(seeds)]
    found.fill("edited", f"{columns.TASKS}, corpus text", edited)
    translated = [
        (f"base-{number}", "email", None, None, translation(texts) if texts[0] else "null", None, "baseline")
        for number, texts in enumerate(baseline)
    ]
    found.fill("translated_rows", f"{columns.TRANSLATED}, corpus text", translated)
    found.fill("generations", "name text, place int", [("native", 0)])
    return found


def translation(texts: tuple[str, str, str]) -> str:
    return canonical(dict(zip(("instruction", "input", "output"), texts, strict=True)))


def measured(found: Tables, **tokeniser: Any) -> dict[str, list[dict[str, Any]]]:
    params = {**PARAMS, "filter": {**PARAMS["filter"], "tokeniser": tokeniser or {"name": "character"}}}
    return measure(found, cast(Params, params))


def row(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = (row for row in rows if all(row[name] == value for name, value in wanted.items()))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("次の文を要約してください。", ("要約する", "文")),
        ("友人に宛てた手紙を書いてください。", ("書く", "手紙")),
        ("「気をつけたい点」だけを拾い上げてください。", ("拾い上げる", "点")),
        ("会議の日程案を作っていただけますか。", ("作る", "日程案")),
        ("メールの文面をお願いします。", ("お願いする", "文面")),
        ("次の語を説明できますか？", ("説明する", "語")),
        ("手順を教えてください。病院の待合室に貼ります。", ("教える", "手順")),  # the last sentence that asks
        ("教科書を読みました。要約してください。", None),  # an object of another sentence
        ("表を見て、答えてください。", None),  # an object of another verb
        ("日本の首都はどこですか。", None),
        ("", None),
        ("。。。", None),
        ("🙂", None),
    ],
)
def test_root_verb_and_its_object(text: str, expected: tuple[str, str] | None) -> None:
    tag = load_tagger(SUDACHI)
    assert tag is not None
    assert root(tag(text)) == expected


def test_the_tagger_has_the_tokenisers_own_tokens() -> None:
    tag, tokenise = load_tagger(SUDACHI), load_tokeniser(SUDACHI)
    assert tag is not None
    for text in ("ＡＩは、関西国際空港（1958）を見た。", "", "改行\nあり", "猫が鳴く。" * 20_000):
        assert words(tag(text)) == tokenise(text)
    assert load_tagger({"name": "character"}) is None


def test_likeness_to_the_nearest_is_rouge_l_with_every_other_row() -> None:
    texts = ["abcdef", "abcdxy", "uvw", "uvwz", "qqqqqqqqqq", "", "abcdef"]
    rows = [(str(number), encode([ord(letter) for letter in text])) for number, text in enumerate(texts)]
    common = {("abcdef", "abcdxy"): 4, ("uvw", "uvwz"): 3}
    assert dict(nearest_scores(rows)) == {
        "0": 1.0,
        "6": 1.0,
        "1": round(rouge_l(common["abcdef", "abcdxy"], 6, 6), 6),
        "2": round(rouge_l(common["uvw", "uvwz"], 3, 4), 6),
        "3": round(rouge_l(common["uvw", "uvwz"], 4, 3), 6),
        "4": 0.0,
    }
    assert list(nearest_scores(rows[:1])) == []


def test_a_large_set_is_sampled_and_a_row_more_moves_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diversity, "SAMPLE", 20)
    monkeypatch.setattr(diversity, "_BLOCK", 7)
    rows = [(f"r{number}", encode([number % 10, number % 7, number % 3])) for number in range(100)]
    found = dict(nearest_scores(rows))
    assert list(found) == [rows[place][0] for place in drawn([id for id, _ in rows])[:20]]
    more = dict(nearest_scores([*rows, ("another", encode([77, 78]))]))
    assert len(found.keys() & more.keys()) >= 19


def test_counts_of_the_three_sets() -> None:
    found = measured(
        made(
            instructions=[("いろはに", "", "ほへと"), ("いろはほ", "ちり", "ぬ"), ("いろはに", "", "る")],
            seeds=[("わかよた", "", "れそ")],
            baseline=[("つねならむ", "うゐ", "の"), ("", "", "")],
        )
    )
    ours = row(found["sets"], dataset="instructions")
    assert (ours["tasks"], ours["different"], ours["compared"]) == (3, 2, 3)
    assert ours["median_nearest"] == 1.0
    assert row(found["sets"], dataset="baseline")["tasks"] == 1  # the other was never translated
    assert row(found["sets"], dataset="seeds")["compared"] == 0  # it has no other
    assert row(found["task_types"], task_type="open_qa")["instructions_percent"] == 100
    assert row(found["task_types"], task_type="email") | {"task_type": 0} == {
        "task_type": 0,
        **{
            "instructions": 0,
            "instructions_percent": 0,
            "seeds": 1,
            "seeds_percent": 100,
            "baseline": 1,
            "baseline_percent": 100,
        },
    }
    inputs = row(found["quantiles"], dataset="instructions", field="input")
    assert (inputs["texts"], inputs["least"], inputs["median"], inputs["most"]) == (1, 2, 2, 2)
    assert row(found["lengths"], field="instruction", at_least=4)["instructions"] == 3
    assert [(r["at_least"], r["instructions"]) for r in found["nearest"] if r["instructions"]] == [(0.75, 1), (0.95, 2)]
    first = row(found["openings"], dataset="instructions", rank=1)
    assert (first["opening"], first["instructions"], first["percent"]) == ("いろは", 3, 100)
    assert found["roots"] == []  # characters have no parts of speech


def test_root_verbs_are_counted_with_their_objects() -> None:
    texts = ["文を書いてください。", "文を書いてください。", "詩を書いてください。", "表を作ってください。", "なぜですか。"]
    found = measured(made([(text, "", "") for text in texts]), **SUDACHI)["roots"]
    assert [(r["verb"], r["instructions"], r["objects"], r["percent"]) for r in found] == [
        ("書く", 3, 2, 75),
        ("作る", 1, 1, 25),
    ]
    assert found[0]["frequent"] == [{"object": "文", "instructions": 2}, {"object": "詩", "instructions": 1}]


def test_distinct_tokens_are_taken_of_as_many_tokens_in_each_set() -> None:
    found = measured(made(instructions=[("あ" * 100, "", "")], seeds=[("いろはに", "", "")]))["spread"]
    assert [(r["dataset"], r["tokens"], r["distinct_1"], r["distinct_2"]) for r in found if r["tasks"]] == [
        ("written", 4, 25.0, 33.33),
        ("instructions", 4, 25.0, 33.33),
        ("seeds", 4, 100.0, 100.0),
    ]


@pytest.mark.parametrize("tokeniser", [{"name": "character"}, {"name": "space"}, SUDACHI])
def test_empty_and_odd_sets(tokeniser: dict[str, Any]) -> None:
    nothing = measured(made([]), **tokeniser)
    assert [r["tasks"] for r in nothing["sets"]] == [0, 0, 0]
    assert [r["tasks"] for r in nothing["spread"]] == [0, 0, 0, 0]
    assert all(not rows for name, rows in nothing.items() if name not in ("sets", "spread"))
    odd = measured(made([("", "", ""), ("!?", "", ""), ("\u2028\u202e<b>", "", "\x00"), ("字" * 60_000, "", "")]), **tokeniser)
    assert odd["sets"][0]["tasks"] == 4


def test_the_words_of_a_language_that_separates_them_are_shown_apart() -> None:
    found = measured(made([("Write a short poem", "", "")] * 2), name="space")
    assert found["openings"][0]["opening"] == "write a short"


def test_those_of_a_plugins_tokeniser_too(write_plugin: Callable[[str, str], Path]) -> None:
    text = "from seedbed.filtering.tokenisers import space, tokeniser\n\n@tokeniser('stems', separates_words=True)\n"
    write_plugin("mine", f"{text}def _stems(settings):\n    return lambda text: [word[:4] for word in space(text)]\n")
    Path("queries").symlink_to(ROOT / "queries")
    found = measured(made([("Write a longer poem", "", "")] * 2), name="stems")
    assert found["openings"][0]["opening"] == "writ a long"
