"""`seedbed diff` on small projects in git and DVC: what it shows, and what it says where it cannot show something."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from seedbed.diff.command import compared
from seedbed.diff.comment import LIMIT, MARKER
from seedbed.util.errors import UserError
from tests.diff.project import (
    MATCH,
    answers,
    candidate,
    commit,
    decide,
    diff,
    examples,
    judgments,
    jury_judgments,
    make_project,
    structure,
    text_of,
    transcript,
    win_rates,
)
from tests.harness import Project, copy_project, git, make_tiny


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("diff") / "original")


@pytest.fixture
def project(original: Project, tmp_path: Path) -> Project:
    """A committed project, to change."""
    return original.copy(tmp_path / "project")


def only(found: dict[str, Any], *keys: str) -> None:
    """Nothing but `keys`, and what every diff has, is filled."""
    filled = {key for key, value in found.items() if value and key not in ("old", "new", "stand_in", "not_built")}
    filled -= {key for key in ("filter", "verdicts") if not any(found[key].values())}
    assert filled == set(keys)


def test_nothing_changed(project: Project) -> None:
    assert diff(project) == f"{MARKER}\n\nNothing differs between `HEAD` and the working tree.\n"
    only(structure(project))
    assert "Nothing differs between" in text_of(project, "HEAD", "main", "html")


def test_a_prompt_edit(project: Project) -> None:
    """Word by word, which key; and nobody built since, which is said."""
    project.replace("prompts/judge.yaml", "内容がどれだけ正確で具体的か", "内容がどれだけ正確で根拠があり具体的か")
    found = structure(project)
    only(found, "prompts")
    assert [(prompt["prompt"], [key["key"] for key in prompt["keys"]]) for prompt in found["prompts"]] == [
        ("judge", ["system"])
    ]
    assert found["not_built"] == [
        {"revision": "the working tree", "stage": stage, "why": ["prompts/judge.yaml: system"]} for stage in (f"judge@{MATCH}",)
    ]
    text = text_of(project)
    assert "正確で{+根拠があり+}具体的か" in text
    assert "- **What changed**: 1 prompt (`judge`).\n- **Sets**: the text of no built row changed.\n" in text
    assert "- **Rates**: no rate changed.\n- **Cost**: no new response in what is built.\n\n" in text
    assert (
        f"> Not up to date: in the working tree, 1 stage (`judge@{MATCH}`) would run again (`prompts/judge.yaml: system`)."
        in text
    )
    assert "<summary>Written by stages</summary>" not in text


def test_a_key_that_a_prompt_gains_is_not_built_yet(project: Project) -> None:
    project.replace("prompts/judge.yaml", "description:", "audience: experts\ndescription:")
    found = structure(project)
    assert found["not_built"] == [
        {"revision": "the working tree", "stage": f"judge@{MATCH}", "why": ["prompts/judge.yaml: audience"]}
    ]


@pytest.mark.slow
def test_a_comment_in_a_prompt_is_no_change(project: Project) -> None:
    project.replace("prompts/judge.yaml", "description:", "# a word on it\ndescription:")
    only(structure(project))


def test_a_prompt_added_and_removed(project: Project) -> None:
    (project.root / "prompts" / "answer.yaml").rename(project.root / "prompts" / "other.yaml")
    assert [(p["prompt"], p["change"]) for p in structure(project)["prompts"]] == [("answer", "removed"), ("other", "added")]


@pytest.mark.slow
def test_a_parameter_edit(project: Project) -> None:
    def change(params: Any) -> None:
        params["judge"]["params"]["temperature"] = 0.5
        params["judge"]["params"]["top_p"] = 1
        del params["models"]["good"]["params"]["max_tokens"]

    project.edit_params(change)
    found = structure(project)
    only(found, "parameters")
    assert found["parameters"] == [
        {"name": "models.good.params.max_tokens", "old": 1024, "new": None, "lacking": "new"},
        {"name": "judge.params.temperature", "old": 0, "new": 0.5, "lacking": None},
        {"name": "judge.params.top_p", "old": None, "new": 1, "lacking": "old"},
    ]
    assert "| `judge.params.temperature` | `0` | `0.5` |" in text_of(project)
    assert "| `judge.params.top_p` | none | `1` |" in text_of(project)


@pytest.mark.slow
def test_seeds_questions_and_an_edit_of_an_edit(project: Project) -> None:
    seeds = project.rows("data/seed_tasks.en.jsonl")
    seeds[1]["instruction"] += " Please."
    project.write_rows("data/seed_tasks.en.jsonl", [*seeds[1:], seeds[0] | {"id": "fresh-01"}])
    edits = project.rows("data/edits/questions.ja.jsonl")
    edits[0]["fields"]["text"] = edits[0]["fields"]["text"].replace("議事録", "会議録")
    edits[1]["machine_hash"] = "0" * 64
    project.write_rows("data/edits/questions.ja.jsonl", edits)
    found = structure(project)
    only(found, "sources")
    edit, seed = found["sources"]
    assert (edit["dataset"], edit["changed"], edit["same_text"]) == ("edits/questions.ja", 1, 1)
    assert edit["samples"]["changed"][0]["fields"][0]["name"] == "fields.text"
    assert (seed["dataset"], seed["added"], seed["removed"], seed["changed"]) == ("seed_tasks", 1, 1, 1)
    assert seed["samples"]["added"][0]["id"] == "fresh-01"
    assert "[-議事録-]" in text_of(project)
    assert "{+会議録+}" in text_of(project)
    assert "- **What changed**: 5 rows that people wrote (`edits/questions.ja`, `seed_tasks`)." in text_of(project)


def test_the_order_of_keys_is_no_change(project: Project) -> None:
    path = project.root / "data" / "questions.en.jsonl"
    first, *rest = project.rows("data/questions.en.jsonl")
    turned = ", ".join(f'"{name}": {json.dumps(first[name])}' for name in reversed(first))
    project.write_rows("data/questions.en.jsonl", rest)
    path.write_text(f"{{{turned}}}\n\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    only(structure(project))


def test_answers_verdicts_and_win_rates(project: Project) -> None:
    one, two, three = (row["id"] for row in project.rows("data/questions.en.jsonl"))
    old = project.rows("data/build/answers/good.jsonl")
    answers(project, "good", {row["id"]: row["text"] for row in old} | {two: "別の回答です。"})
    judgments(project, {one: ("first", "second"), two: ("second", "second"), three: ("first", "invalid")})
    win_rates(project, {"generic": (50.0, 20.0, 60.0), "all": (70.0, 50.0, 90.0)})
    found = structure(project)
    only(found, "rows", "answers", "verdicts", "win_rates")
    assert found["answers"] == [{"model": "good", "category": "generic", "compared": 2, "changed": 1}]
    counts = [(row["category"], row["judged"], row["verdicts"], row["outcomes"]) for row in found["verdicts"]["by_category"]]
    assert counts == [("fermi", 1, 1, 1), ("generic", 2, 1, 1)]
    assert [(row["better"], row["worse"], row["validity"]) for row in found["verdicts"]["by_category"]] == [
        (0, 0, 1),
        (0, 1, 0),
    ]
    assert {(flip["question"], flip["old"], flip["new"]) for flip in found["verdicts"]["flips"]} == {
        (two, "win", "tie"),
        (three, "win", "invalid"),
    }
    assert [(row["category"], row["change"]) for row in found["win_rates"]] == [("generic", -50.0), ("all", -10.0)]
    generic, whole = (row["paired"] for row in found["win_rates"])
    assert (generic["n"], generic["difference"], generic["p"], generic["tests"]) == (2, -25.0, 1.0, 2)
    assert (whole["n"], whole["dropped"], whole["difference"], whole["sure"]) == (2, 1, -25.0, False)
    assert (whole["worst"], whole["best"]) == (-50.0, -16.6667)
    text = text_of(project)
    assert (
        f"- **Rates**: adjusted win rate: `{MATCH}` 80.0 → 70.0 (−10.0 points; −100.0 to +100.0 on the same 2 questions" in text
    )
    assert "| 100.0 (90.0 – 100.0) | 50.0 (20.0 – 60.0) | −50.0 | −100.0 to +100.0 on the same 2 questions, p 1.000, " in text
    assert "not significant; 1 valid in one revision only |" in text
    assert "> Made with the stand-in" in text
    assert [(row["old"], row["new"], row["questions"], row["ids"]) for row in found["verdicts"]["flow"]] == [
        *(("win", "win", 1, []), ("win", "tie", 1, [two]), ("win", "invalid", 1, [three])),
    ]
    assert "| before, after | win | tie | invalid |\n| --- | ---: | ---: | ---: |\n| win | 1 | 1 | 1 |" in text
    assert (
        f"  1. question `{three}`: `win` → `invalid` in `{MATCH}`.\n  2. row `answers/good: {two}` changed in `text`.\n" in text
    )
    page = text_of(project, form="html")
    assert f"<title>1: win → tie: {two}</title>" in page
    assert page.count("<rect") == 4  # one before, three after


@pytest.mark.slow
def test_conversations_and_ratings_are_compared_on_their_questions(project: Project) -> None:
    """A conversation's turns are no duplicates, and count apart from the benchmark's questions."""
    ids = [f"talk-{number}" for number in range(10)]
    project.write_rows(
        "data/talks.en.jsonl", [{"id": id, "category": "generic", "text": "?", "follow_ups": ["?"]} for id in ids]
    )
    talks = {"kind": "question", "source": "data/talks.en.jsonl"}

    def declare(params: Any) -> None:
        params["corpora"]["talks"] = talks
        params["scores"] = {"good": {}}

    project.edit_params(declare)
    single = project.rows(f"data/build/judgments/{MATCH}.jsonl")

    def build(second: tuple[str, str], rate: float, rating: int) -> None:
        turns = [
            single[0] | {"question": id, "order": order, "turn": turn, "verdict": verdict}
            for id in ids
            for turn, (ab, ba) in ((1, ("first", "second")), (2, second))
            for order, verdict in (("ab", ab), ("ba", ba))
        ]
        project.write_rows(f"data/build/judgments/{MATCH}.jsonl", [*single, *turns])
        made: dict[str, Any] = {"explanation": "", "failure": None, "judge": "judge", "model": "good", "request": "0" * 64}
        rated = [made | {"question": id, "turn": turn, "rating": rating + turn} for id in ids for turn in (1, 2)]
        (project.root / "data/build/scores").mkdir(exist_ok=True)
        project.write_rows("data/build/scores/good.jsonl", rated)
        head = "corpus,turn,match,model,baseline,category,n,wins,losses,ties,invalid,win_rate,adjusted_win_rate,ci_low,ci_high"
        row = f"talks,{{}},{MATCH},good,thin,all,10,10,0,0,0,100.0,{rate},60.0,100.0"
        turns_csv = "\n".join([head, row.format("all"), row.format("2")])
        (project.root / "reports/turns.csv").write_text(turns_csv + "\n", encoding="utf-8")
        ratings_csv = f"model,corpus,turn,category,n,invalid,mean,low,high\ngood,talks,all,all,10,0,{rating + 1.5},5.0,8.0\n"
        (project.root / "reports/ratings.csv").write_text(ratings_csv, encoding="utf-8")

    build(("first", "second"), 100.0, 5)
    transcript(project, "score@good", ids)
    project.run("dvc", "commit", "-q", "-f", f"judge@{MATCH}", "score@good")
    project.commit("with conversations")
    build(("second", "first"), 95.0, 6)
    found = structure(project)
    only(found, "rows", "verdicts", "turns", "ratings")
    whole, second = found["turns"]
    assert (whole["turn"], whole["change"], whole["paired"]["n"], whole["paired"]["difference"]) == ("all", -5.0, 10, -50.0)
    assert (second["turn"], second["paired"]["difference"], second["paired"]["sure"]) == ("2", -100.0, True)
    (rating,) = found["ratings"]
    assert (rating["change"], rating["paired"]["difference"], rating["paired"]["n"]) == (1.0, 1.0, 10)
    assert rating["paired"]["low"] < 1 < rating["paired"]["high"]
    assert {row["corpus"] for row in found["verdicts"]["by_category"]} == {"talks"}
    assert [(flip["old_ab"], flip["new_ab"]) for flip in found["verdicts"]["flips"]] == [("first, first", "first, second")] * 10
    text = text_of(project)
    assert f"adjusted win rate on `talks`: `{MATCH}` 100.0 → 95.0 (−5.0 points;" in text
    assert "mean rating on `talks`: `good` 6.5 → 7.5 (+1.0 points;" in text


def test_two_flipped_verdicts_are_two(project: Project) -> None:
    """Nothing else differs: the counts, the questions and the paired difference are those of the two."""
    one, two, three = (row["id"] for row in project.rows("data/questions.en.jsonl"))
    judgments(project, {one: ("first", "first"), two: ("tie", "second"), three: ("first", "second")})
    found = structure(project)
    only(found, "rows", "verdicts")
    assert [(row["category"], row["verdicts"], row["compared"]) for row in found["verdicts"]["by_category"]] == [
        ("generic", 2, 4)
    ]
    assert [(flip["question"], flip["judge"], flip["old"], flip["new"]) for flip in found["verdicts"]["flips"]] == [
        *((one, "judge", "win", "tie"), (two, "judge", "win", "tie")),
    ]
    flips = found["verdicts"]["flips"]
    assert [(f["old_ab"], f["new_ab"], f["old_ba"], f["new_ba"]) for f in flips] == [
        *(("first", "first", "second", "first"), ("first", "tie", "second", "second")),
    ]
    assert "2 of 4 | 2 of 2 | 0 | 2 | 0" in text_of(project)


@pytest.mark.slow
def test_a_jury_in_the_place_of_one_judge(project: Project) -> None:
    """The old judge's verdicts are compared with themselves; an outcome that the others change is told by itself."""
    one, two, three = (row["id"] for row in project.rows("data/questions.en.jsonl"))
    alike = dict.fromkeys((one, two, three), ("first", "second"))
    other = alike | {three: ("second", "first")}
    jury_judgments(project, {"judge": alike, "large": other, "third": other})
    found = structure(project)
    only(found, "rows", "verdicts")
    assert [(row["added"], row["changed"]) for row in found["rows"]] == [(12, 0)]
    assert [
        (row["category"], row["verdicts"], row["compared"], row["outcomes"]) for row in found["verdicts"]["by_category"]
    ] == [("fermi", 0, 2, 1)]
    assert [(flip["question"], flip["judge"], flip["old"], flip["new"]) for flip in found["verdicts"]["flips"]] == [
        (three, None, "win", "loss")
    ]


@pytest.mark.slow
def test_judged_anew_to_the_same_verdicts(project: Project) -> None:
    """Another request, the same words: told apart from a change."""
    rows = project.rows(f"data/build/judgments/{MATCH}.jsonl")
    for row in rows:
        row["request"] = "0" * 64
    project.write_rows(f"data/build/judgments/{MATCH}.jsonl", rows)
    found = structure(project)
    only(found, "rows")
    assert [(row["changed"], row["same_text"], row["samples"]) for row in found["rows"]] == [(0, 6, {})]
    assert "the text of no built row changed (6 built again, with the same text)" in text_of(project)


@pytest.mark.slow
def test_the_filter_decides_otherwise(project: Project) -> None:
    rows = [candidate(number) for number in range(8)]
    rows[6]["output"] = "別の答えです。"
    project.write_rows("data/build/candidates/native.jsonl", rows)
    decide(project, {"s00000-1": "near_duplicate", "s00003-0": "refusal", "s00003-1": "near_duplicate"})
    found = structure(project)
    only(found, "rows", "filter")
    flips = [(flip["generation"], flip["id"], flip["old"], flip["new"], flip["same_text"]) for flip in found["filter"]["flips"]]
    assert flips == [
        ("native", "s00000-1", "kept", "near_duplicate", True),
        ("native", "s00001-1", "too_short", "kept", True),
        ("native", "s00003-0", "kept", "refusal", False),
    ]
    assert {row["decision"]: row["change"] for row in found["filter"]["reasons"]} == {
        "kept": -1,
        "near_duplicate": 1,
        "refusal": 1,
        "too_short": -1,
    }
    assert "Another decision on the same text: 1 now rejected, 1 now kept." in text_of(project)
    assert "`near_duplicate` near `s00000-0`, 0.75" in text_of(project)


def test_a_training_set_is_declared_otherwise(project: Project) -> None:
    """No row changes, and yet what is trained on does."""
    project.edit_params(lambda params: params["sets"]["native"].update(seeds="data/empty.jsonl"))
    examples(project, "native", ["native 0", "native 2", "native 2", "fresh"])
    found = structure(project)
    only(found, "parameters", "training_sets")
    assert found["training_sets"] == [{"training_set": "native", "old": 3, "new": 4, "added": 2, "removed": 1}]
    text = text_of(project)
    assert "- **Sets**: the text of no built row changed; training set `native` 3 → 4 examples (+2 −1).\n" in text
    assert "| `native` | 3 | 4 | 2 | 1 |" in text


def test_a_training_set_in_another_format_alone_is_the_same(project: Project) -> None:
    (project.root / "data" / "build" / "export" / "native" / "alpaca.jsonl").write_text("{}\n", encoding="utf-8")
    only(structure(project))


def test_a_model_and_its_match_are_removed(project: Project) -> None:
    def change(params: Any) -> None:
        del params["models"]["good"], params["matches"][MATCH]

    project.edit_params(change)
    rows = {row["dataset"]: (row["old"], row["new"], row["removed"]) for row in structure(project)["rows"]}
    assert rows == {"answers/good": (3, 0, 3), f"judgments/{MATCH}": (6, 0, 6)}


@pytest.mark.slow
def test_two_commits_are_compared_without_a_checkout(project: Project) -> None:
    answers(project, "good", {"other-01": "一つだけ"})
    commit(project, "second")
    project.replace("params.yaml", "target: 6", "target: 7")
    before = {path: path.stat().st_mtime_ns for path in project.root.rglob("*") if ".git" not in path.parts}
    found = structure(project, "HEAD~1", "HEAD")
    only(found, "rows")
    assert found["rows"][0] | {"samples": None} == {
        "dataset": "answers/good",
        **{"old": 3, "new": 1, "added": 1, "removed": 3, "changed": 0, "same_text": 0, "samples": None},
    }
    assert {path: path.stat().st_mtime_ns for path in project.root.rglob("*") if ".git" not in path.parts} == before
    only(structure(project, "HEAD~1"), "rows", "parameters")


@pytest.mark.slow
def test_what_did_not_change_is_not_read(project: Project) -> None:
    """Two commits tell their unchanged outputs by MD5: the cache may lack them."""
    lock = (project.root / "dvc.lock").read_text(encoding="utf-8")
    shutil.rmtree(project.root / ".dvc" / "cache")
    answers(project, "good", {"other-01": "一つだけ"})
    project.run("dvc", "commit", "-q", "-f", "answer@good")
    git(project.root, "commit", "-qam", "second")
    found = structure(project, "HEAD~1", "HEAD")
    assert [(row["path"], row["revision"]) for row in found["unread"]] == [("data/build/answers/good.jsonl", "HEAD~1")]
    assert (project.root / "dvc.lock").read_text(encoding="utf-8") != lock


@pytest.mark.slow
def test_outputs_that_are_not_here(project: Project) -> None:
    """Each sort of revision says which command brings them, and the rest is compared all the same."""
    git(project.root, "tag", "old")
    answers(project, "good", {"other-01": "一つだけ"})
    answers(project, "thin", {"other-01": "一つだけ"})
    project.replace("prompts/judge.yaml", "公平な", "厳しい")
    commit(project, "second")
    path = "data/build/answers/good.jsonl"
    other = "data/build/answers/thin.jsonl"
    (project.root / path).unlink()
    only(structure(project))  # the lock of the working tree still names what HEAD has
    shutil.rmtree(project.root / ".dvc" / "cache")
    text = text_of(project, "old", "HEAD")
    for name in ("old", "HEAD"):
        outputs = f"2 outputs of `{name}` (`{path}`, `{other}`); `dvc fetch --all-commits` fetches"
        assert f"> Not compared, because not on this machine: {outputs}" in text
    assert "the text of no built row changed, those of the outputs below not counted." in text
    assert "<summary>Prompts</summary>" in text
    text = text_of(project, "old")
    assert f"> Not compared, because not on this machine: 1 output of the working tree (`{path}`); `dvc pull` fetches" in text


@pytest.mark.slow
def test_new_responses_and_their_price(project: Project) -> None:
    """Known by their keys: what moved to another transcript, or is in an unchanged one, is not new."""
    ids = [row["id"] for row in project.rows("data/questions.en.jsonl")]
    lines = (project.root / "data/build/responses/answer/thin.jsonl").read_text(encoding="utf-8")
    transcript(project, "answer@good", ids[:2], model="stand-in-good", salt="now: ")
    path = project.root / "data/build/responses/answer/good.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")
    transcript(project, "generate@native", ["s00000", "s00009"])
    found = structure(project)
    only(found, "responses")
    rows = [(row["stage"], row["model"], row["responses"], row["input_tokens"], row["usd"]) for row in found["responses"]]
    assert rows == [("generate", "stand-in", 1, 100, 0), ("answer", "stand-in-good", 2, 200, 0)]
    assert "- **Cost**: 3 new responses (generate 1, answer 2), 330 tokens, 0.0000 USD at list price." in text_of(project)

    project.edit_params(lambda params: params.update(prices={"stand-in-good": {"input": 1000, "output": 10000}}))
    assert "3 new responses (generate 1, answer 2), 330 tokens, 0.4000 USD at list price." in text_of(project)
    lines = path.read_text(encoding="utf-8").replace('"endpoint":"stand-in"', '"endpoint":"paid"')
    path.write_text(lines.replace("stand-in-good", "grand-1"), encoding="utf-8")
    text = text_of(project)
    assert (
        "3 new responses (generate 1, answer 2), 330 tokens, 0.0000 USD and what `grand-1` cost: no price in `params.yaml`."
        in text
    )
    assert "| price unknown |" in text


def test_forms_and_files(project: Project) -> None:
    project.replace("prompts/judge.yaml", "公平な", "厳しい")
    assert diff(project, "--html", "--out", "page.html") == ""
    page = (project.root / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "- あなたは<del>公平な</del>審査員です。" in page
    assert "+ あなたは<ins>厳しい</ins>審査員です。" in page
    assert "--json and --html cannot be combined" in diff(project, "--html", "--json", fails=True)


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("data/questions.en.jsonl", '{"id": "x"\n', "data/questions.en.jsonl:1: not a JSON object"),
        (
            "data/edits/questions.ja.jsonl",
            "[]\n",
            "data/edits/questions.ja.jsonl:1: not a JSON object: each line must be one JSON object",
        ),
        ("data/build/answers/good.jsonl", "no JSON\n", "data/build/answers/good.jsonl: not JSON Lines"),
        ("data/build/answers/good.jsonl", '{"id":"a"}\n{"id":"a"}\n', "duplicate id 'a' (2 rows), first in line 1"),
        ("data/build/answers/good.jsonl", '{"text":"a"}\n', "a row without an id in line 1"),
        ("dvc.lock", "<<<<<<< HEAD\nschema: '2.0'\n=======\n", "dvc.lock:"),
        ("params.yaml", "models: [\n", "params.yaml:2:1: not valid YAML"),
        ("prompts/judge.yaml", "system: |\n\tx\n", "prompts/judge.yaml:2:1: not valid YAML"),
        ("reports/win_rates.csv", "a,b\n1,2\n", "reports/win_rates.csv at the working tree: not a file that the report wrote"),
    ],
)
def test_a_file_that_is_not_what_it_should_be(project: Project, path: str, content: str, message: str) -> None:
    (project.root / path).write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(message)):
        text_of(project)
    if not path.startswith("data/build"):
        git(project.root, "commit", "-qam", "broken")
        committed = re.escape(f"HEAD:{message}")
        with pytest.raises(UserError, match=rf"{committed}|win_rates\.csv at HEAD: not a file that the report wrote"):
            text_of(project, "HEAD~1", "HEAD")


def test_revisions_that_are_none(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no revision 'nowhere' in this git repository"):
        text_of(project, "nowhere")
    assert "no revision '--all' in this git repository" in diff(project, "--", "--all", fails=True)
    empty = Project(tmp_path / "empty")
    empty.root.mkdir()
    (empty.root / ".dvc").mkdir()
    for name in ("dvc.yaml", "params.yaml"):
        (empty.root / name).touch()
    assert "not a git repository" in diff(empty, fails=True, GIT_CEILING_DIRECTORIES=str(tmp_path))
    git(empty.root, "init", "-q")
    assert "the repository has no commit yet" in diff(empty, fails=True)


def test_a_lock_cannot_name_any_file(project: Project) -> None:
    """A digest becomes a path in the cache: one that is none is no output."""
    secret = project.root / ".dvc" / "cache" / "files" / "secret"
    secret.write_text('{"id":"leak","text":"secret"}\n', encoding="utf-8")
    lock = (project.root / "dvc.lock").read_text(encoding="utf-8")
    place = lock.index("data/build/answers/good.jsonl", lock.index("answer@good"))
    start = lock.index("md5: ", place) + 5
    (project.root / "dvc.lock").write_text(lock[:start] + "../../secret" + lock[start + 32 :], encoding="utf-8")
    git(project.root, "commit", "-qam", "forged")
    assert "secret" not in text_of(project, "HEAD~1", "HEAD")


@pytest.mark.slow
def test_a_huge_difference_fits_a_comment(project: Project) -> None:
    ids = [row["id"] for row in project.rows("data/questions.en.jsonl")]
    for model in ("good", "thin"):
        answers(project, model, dict.fromkeys(ids, "長い回答です。\n" * 4000))
    rows = [candidate(number) | {"output": "答え\n" * 3000} for number in range(300)]
    project.write_rows("data/build/candidates/native.jsonl", rows)
    decide(project, {row["id"]: "too_long" for row in rows})
    edits = project.rows("data/edits/questions.ja.jsonl")
    project.write_rows("data/edits/questions.ja.jsonl", [row | {"id": "`" * 300 + row["id"]} for row in edits])
    project.edit_params(lambda params: params["judge"].update(params={f"key{number}": "x" * 90 for number in range(2000)}))
    text = text_of(project)
    assert len(text) <= LIMIT
    assert "Omitted to fit the limit of a comment:" in text
    assert "`seedbed diff --html` shows all." in text
    assert "2,001 parameters" in text
    assert "<summary>Written by stages</summary>" in text
    assert len(structure(project)["parameters"]) == 2001
    assert len(text_of(project, form="html")) > LIMIT


@pytest.mark.slow
def test_after_a_build(tmp_path: Path) -> None:
    """Real outputs: one prompt edited, one seed edited, one question edited, built anew on the stand-in."""
    project = copy_project(tmp_path / "project")
    make_tiny(project)
    project.run("dvc", "config", "--local", "--unset", "core.no_scm")
    git(project.root, "init", "-q", "-b", "main")
    project.repro()
    git(project.root, "add", "-A")
    git(project.root, "commit", "-qm", "built")
    assert "Nothing differs" in text_of(project)
    project.replace("prompts/judge.yaml", "公平な", "厳しい")
    seeds = project.rows("data/seed_tasks.en.jsonl")
    seeds[0]["instruction"] = "Name a lake."
    project.write_rows("data/seed_tasks.en.jsonl", seeds)
    project.repro()
    found = structure(project)
    assert found["not_built"] == []
    assert found["unread"] == []
    rows = {row["dataset"]: row for row in found["rows"]}
    assert rows["translated/seed_tasks"]["changed"] == 1
    judged = rows[f"judgments/{MATCH}"]
    assert judged["changed"] + judged["same_text"] == 6
    sent = {row["stage"]: row["responses"] for row in found["responses"]}
    assert sent["translate"] == 1
    assert sent["judge"] == 6
    assert "answer" not in sent
    git(project.root, "commit", "-qam", "edited")
    again = structure(project, "HEAD~1", "HEAD")
    assert {**again, "old": 0, "new": 0} == {**found, "old": 0, "new": 0}


def test_in_a_folder_of_the_project(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root / "data")
    with pytest.raises(UserError, match=r"dvc\.yaml: no such file"):
        compared("HEAD", None)
