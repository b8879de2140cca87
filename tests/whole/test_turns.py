"""Questions of several turns: a corpus of their own, answered in conversations and judged turn by turn; counted at the wire."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from seedbed.pipeline.check import check_all
from seedbed.pipeline.plan import Plan
from seedbed.project.corpora import read_questions
from seedbed.project.edits import make_edit
from seedbed.project.prompts import blocks_of
from seedbed.util.errors import UserError
from tests.harness import Project, Server, completion, kind_of, reply_to

FILE = "data/two_turns.en.jsonl"
FOLDER = "data/build/edited/questions"
ONE = {"id": "turns-02", "category": "generic", "text": "Name three rivers of Japan and the towns that they flow through."}
TWO = {"id": "turns-01", "category": "fermi", "text": "How many umbrellas are lost in Osaka in a year, roughly?"} | {
    "follow_ups": ["Now take it that it rains on half as many days. What becomes of the number?"]
}


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The tiny project, with its folder as the current one."""
    monkeypatch.chdir(project.root)
    return project


def add_corpus(project: Project, *rows: dict[str, Any]) -> None:
    """Give the project a second corpus of questions."""
    project.write_rows(FILE, list(rows))

    def change(params: Any) -> None:
        params["corpora"]["two_turns"] = {"source": FILE, "language": "en", "kind": "question"}
        params["post_edit"]["corpora"]["two_turns"] = f"{FOLDER}/two_turns.jsonl"

    project.edit_params(change)


def later_turns(server: Server) -> list[list[dict[str, str]]]:
    """Return the messages of every request for the answer to a later turn."""
    asked = [body["messages"] for body in server.log if kind_of(body) == "answer"]
    return [messages for messages in asked if [message["role"] for message in messages].count("user") > 1]


def planned(project: Project, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, bool]]:
    """Return how many requests each stage would send, and whether that is "at most"."""
    monkeypatch.chdir(project.root)
    return {plan.stage: (plan.new, plan.at_most) for plan in Plan().stages if plan.new}


@pytest.mark.slow
def test_a_second_corpus_is_translated_edited_asked_and_judged(
    built: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each two-turn question: one translation of both turns, two requests a model, one after the other; nothing else."""
    add_corpus(built, TWO, ONE)
    before = planned(built, monkeypatch)
    assert (before["translate@two_turns"], before["answer@good"], before["answer@thin"]) == ((2, False), (3, True), (3, True))
    built.build()
    kinds = Counter(kind_of(body) for body in server.log)
    assert (kinds["translated_conversation"], kinds["translated_question"], kinds["answer"]) == (1, 1, 3 * 2)
    assert sum(kinds.values()) == sum(number for number, _ in before.values())
    builds = built.run("seedbed", "store", "builds")
    for stage in ("translate@two_turns", "answer@good", "answer@thin"):  # planned, in words of the plan, and sent
        assert re.search(rf"{stage} +\S+ +(\d+) / \1 ", builds), builds

    question = next(row for row in read_questions() if row["id"] == "turns-01")
    assert "Now take it that it rains" in question["follow_ups"][0]
    assert [row["id"] for row in read_questions()][-2:] == ["turns-01", "turns-02"]  # files in the order of their names
    for model in ("good", "thin"):
        rows = {row["id"]: row for row in built.rows(f"data/build/answers/{model}.jsonl")}
        answer = rows["turns-01"]
        assert answer["text"] == "\n\n---\n\n".join(answer["turns"])
        assert "turns" not in rows["turns-02"]
        said = [m for m in later_turns(server) if m[-2]["content"] == answer["turns"][0]]
        assert [[message["role"] for message in messages] for messages in said] == [["system", "user", "assistant", "user"]]
        assert (said[0][1]["content"], said[0][3]["content"]) == (question["text"], question["follow_ups"][0])

    server.log.clear()
    assert planned(built, monkeypatch) == {}
    for path in [*Path("data/build/answers").glob("*.jsonl"), *Path("data/build/responses/answer").glob("*.jsonl")]:
        path.unlink()
    built.run("dvc", "repro", "-sf", "answer", SEEDBED_OFFLINE="1")
    assert server.log == []


@pytest.mark.slow
def test_an_edited_follow_up_asks_its_turn_and_no_first_one(
    built: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_corpus(built, TWO, ONE)
    built.run("dvc", "repro", "post_edit", "answer@good")
    row: Any = next(row for row in built.rows("data/build/translated/two_turns.jsonl") if row["id"] == "turns-01")
    monkeypatch.chdir(built.root)
    made: Any = make_edit(row, "question", dict(row["translation"]) | {"follow_up_1": "雨が半分なら？"}, "aki", None)
    built.write_rows("data/edits/two_turns.ja.jsonl", [made])
    server.log.clear()
    assert planned(built, monkeypatch)["answer@good"] == (1, False)  # the first turn is there: the number is exact
    built.run("dvc", "repro", "post_edit", "answer@good")
    assert [messages[-1]["content"] for messages in later_turns(server)] == ["雨が半分なら？"]
    assert Counter(kind_of(body) for body in server.log) == {"answer": 1}


@pytest.mark.slow
def test_a_turn_without_a_reply_fails_the_row_and_asks_no_further_one(built: Project, server: Server) -> None:
    add_corpus(built, TWO, TWO | {"id": "turns-03", "text": "How long is the coast of Hokkaido, roughly, in km?"})
    built.edit_params(lambda params: params["answer"].update(max_failed=1, max_attempts=1))

    def fault(body: dict[str, Any], number: int) -> Any:
        roles = [message["role"] for message in body["messages"]]
        text = body["messages"][-1]["content"]
        empty = kind_of(body) == "answer" and ("Hokkaido" in text or roles.count("user") > 1)
        return (200, {}, completion("" if empty else reply_to(body)))

    server.fault = fault
    built.run("dvc", "repro", "post_edit", "answer@good")
    rows = {row["id"]: row for row in built.rows("data/build/answers/good.jsonl")}
    first, second = rows["turns-03"], rows["turns-01"]
    assert (first["text"], first["failure"]["reason"], first.get("failed_turn")) == (None, "empty", None)
    assert (second["text"], second["failure"]["reason"], second["failed_turn"]) == (None, "empty", 2)
    assert len(later_turns(server)) == 1
    said = built.run("seedbed", "again", "answer@good", "--failed")
    assert "turns-01.2" in said
    assert "turns-03" in said


def test_an_id_of_two_corpora_is_refused_with_both_places(here: Project) -> None:
    first = here.rows("data/questions.en.jsonl")[1]
    add_corpus(here, ONE, first)
    with pytest.raises(
        UserError, match=rf"^{FILE}:2: question '{first['id']}' is in data/questions.en.jsonl:2 too; ids must be"
    ):
        check_all()
    question = {"category": "generic", "text": "川？", "status": "original", "made_by": None}
    for name in ("questions", "two_turns"):
        here.write_rows(f"{FOLDER}/{name}.jsonl", [question | {"id": "a"}])
    with pytest.raises(UserError, match=rf"^{FOLDER}/two_turns.jsonl:1: question 'a' is in {FOLDER}/questions.jsonl:1 too;"):
        read_questions()


def test_a_corpus_without_its_file_or_in_another_is_refused(here: Project) -> None:
    add_corpus(here, ONE)
    here.edit_params(lambda params: params["post_edit"]["corpora"].update(two_turns="data/build/edited/two_turns.jsonl"))
    with pytest.raises(UserError, match=r"post_edit.corpora.two_turns: expected data/build/edited/questions/two_turns.jsonl"):
        check_all()
    here.edit_params(lambda params: params["post_edit"]["corpora"].pop("two_turns"))
    with pytest.raises(UserError, match=r"corpora.two_turns: no stage would use these questions; add"):
        check_all()


@pytest.mark.slow
def test_each_turn_is_judged_in_both_orders_and_rated_and_reported_apart(built: Project, server: Server) -> None:
    """The first turn is judged alone, the second with each conversation before it; the benchmark's own figures stay."""
    before = (built.root / "reports/win_rates.csv").read_text(encoding="utf-8")
    add_corpus(built, TWO, ONE)
    built.edit_params(lambda params: params["scores"].update(good={}, thin={}))
    built.build()
    kinds = Counter(kind_of(body) for body in server.log)
    assert (kinds["judgment"], kinds["score"]) == (2 * 3, 2 * (3 + 3))
    assert (built.root / "reports/win_rates.csv").read_text(encoding="utf-8") == before

    answers = {m: {row["id"]: row for row in built.rows(f"data/build/answers/{m}.jsonl")} for m in ("good", "thin")}
    question = next(row for row in built.rows(f"{FOLDER}/two_turns.jsonl") if row["id"] == "turns-01")
    asked = [body["messages"][-1]["content"] for body in server.log if kind_of(body) == "judgment"]
    later = [text for text in asked if "before_a" in text]
    assert len(later) == 2
    by_first = {blocks_of(text)["answer_a"]: blocks_of(text) for text in later}
    for models in (("good", "thin"), ("thin", "good")):
        said = [answers[model]["turns-01"]["turns"] for model in models]
        shown = by_first[said[0][1]]
        assert (shown["question"], shown["answer_a"], shown["answer_b"]) == (question["follow_ups"][0], said[0][1], said[1][1])
        for name, turns in (("before_a", said[0]), ("before_b", said[1])):
            assert json.loads(shown[name]) == {"question": question["text"], "answer": turns[0]}
    alone = [blocks_of(text) for text in asked if question["text"] in text and "before_a" not in text]
    assert {shown["answer_a"] for shown in alone} == {answers[model]["turns-01"]["turns"][0] for model in answers}

    judged = [row for row in built.rows("data/build/judgments/good-vs-thin.jsonl") if row["question"].startswith("turns")]
    assert [(row["question"], row["order"], row.get("turn")) for row in judged] == [
        *(("turns-01", order, turn) for turn in (1, 2) for order in ("ab", "ba")),
        *(("turns-02", order, None) for order in ("ab", "ba")),
    ]
    with (built.root / "reports/turns.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["category"] == "all"]
    assert [(row["corpus"], row["turn"], row["n"]) for row in rows] == [
        ("two_turns", "all", "2"),
        ("two_turns", "1", "1"),
        ("two_turns", "2", "1"),
    ]
    with (built.root / "reports/ratings.csv").open(encoding="utf-8") as file:
        rated = list(csv.DictReader(file))
    assert {row["corpus"] for row in rated} == {"questions", "two_turns"}
    assert all(float(row["low"]) < float(row["high"]) for row in rated)
    summary = (built.root / "reports/benchmark.md").read_text(encoding="utf-8")
    assert "## Conversations and other corpora" in summary
    assert "## Ratings" in summary
    page = (built.root / "reports/benchmark.html").read_text(encoding="utf-8")
    assert '<section id="turns">' in page
    for asked_for in ("score@good", "score@thin", "score.yaml", "judge_turn.yaml"):
        assert asked_for in page
    assert "ratings of this build come from the rule-based stand-in" in summary
    assert '<section id="ratings">' in page


def test_a_rating_that_cannot_be_read_is_invalid_and_none_is_sent_for_a_failed_answer(built: Project, server: Server) -> None:
    built.edit_params(lambda params: params["scores"].update(good={}))
    built.edit_params(lambda params: params["judge"].update(structured="text", max_failed=1, max_attempts=1))
    ids = [row["id"] for row in built.rows("data/build/answers/good.jsonl")]
    rows = built.rows("data/build/answers/good.jsonl")
    rows[0] |= {"text": None, "failure": {"reason": "empty", "detail": "", "text": None}}
    built.write_rows("data/build/answers/good.jsonl", rows)
    replies = ["Fine.\n\n[[7]]", "It could be [[3]] or [[4]]."]
    server.fault = lambda body, number: (200, {}, completion(replies[len(server.log) % 2 - 1]))
    words = ["--model", "good", "--questions", FOLDER, "--answers", "data/build/answers/good.jsonl"]
    words += ["--references", "data/references.ja.jsonl", "--out", "data/build/scores/good.jsonl"]
    built.run("python", "-m", "stages.score", *words, "--transcript", "data/build/responses/score/good.jsonl")
    assert len(server.log) == len(ids) - 1
    found = {
        row["question"]: (row["rating"], (row["failure"] or {}).get("reason"))
        for row in built.rows("data/build/scores/good.jsonl")
    }
    assert found[ids[0]] == (None, "no_answer")
    assert {found[id] for id in ids[1:]} == {(7, None), (None, "no_rating")}
