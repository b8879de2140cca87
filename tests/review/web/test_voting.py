"""Blind votes at the wire."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from seedbed.project.votes import answer_hash, left_is_model, read_votes
from seedbed.review.ballots import Ballot, load_answers, sample
from seedbed.review.queue.file_cache import FileCache
from seedbed.util.rows import read_rows, write_rows
from seedbed.util.yaml12 import load_yaml
from tests.review.project import TEXTS, write_answers
from tests.review.web.person import Person, fields_of


def ballots() -> list[Ballot]:
    return sample(load_answers(load_yaml(Path("params.yaml")), FileCache()), None)


def test_a_ballot_hides_whose_the_answers_are() -> None:
    person = Person()
    for ballot in ballots():
        page = person.http.get(f"/votes/{ballot.name}").text
        assert not re.search(r"\b(?:good|thin|poor|stand-in|good-vs-thin|poor-vs-thin)\b", page)
        assert ballot.match not in page


@pytest.mark.parametrize("go", ["left", "right", "tie", "both_bad"])
def test_a_vote_is_saved_with_the_hashes_of_what_was_shown(go: str) -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    response = person.post(url, person.open(url) | {"go": go, "reason": " 詳しい ", "seconds": "1"})
    assert response.status_code == 303
    (vote,) = read_votes(Path("data/votes"))
    model_left = left_is_model("yuki", ballot.match, ballot.question)
    side = {"left": ("baseline", "model")[model_left], "right": ("model", "baseline")[model_left]}.get(go, go)
    assert (vote["verdict"], vote["reason"], vote["annotator"]) == (side, "詳しい", "yuki")
    model = "good" if ballot.match == "good-vs-thin" else "poor"
    texts = {row["id"]: row["text"] for row in read_rows(Path(f"data/build/answers/{model}.jsonl"), "answer")}
    assert vote["model_hash"] == answer_hash(texts[ballot.question])
    shown = person.open(url)
    assert answer_hash(texts[ballot.question]) == shown["left" if model_left else "right"]


def test_voting_goes_through_all_and_undo_takes_back() -> None:
    person = Person()
    url, seen = "/votes", []
    for _ in range(8):
        page = person.http.get(url)
        url = re.search(r'action="(/votes/\w+)"', page.text)[1]  # type: ignore[index]
        seen.append(url)
        url = person.post(url, fields_of(page.text) | {"go": "tie"}).headers["location"]
    assert len(set(seen)) == 8
    assert url == "/votes?said=voted"
    assert "You have voted on everything" in person.http.get("/votes").text
    assert person.http.get("/votes/mine").text.count("counted") >= 8
    again = person.open(seen[0])
    response = person.post(seen[0], again | {"go": "undo"})
    assert response.headers["location"].startswith(f"{seen[-1]}?said=undone")
    assert len(read_votes(Path("data/votes"))) == 7


def test_a_vote_on_answers_that_changed_is_not_saved_and_old_ones_are_kept_and_not_counted() -> None:
    person = Person()
    first, second = (b for b in ballots() if b.match == "good-vs-thin" and b.question.startswith("fermi"))
    for ballot in (first, second):
        url = f"/votes/{ballot.name}"
        person.post(url, person.open(url) | {"go": "left"})
    form = person.open(f"/votes/{first.name}")
    write_answers("good", {id: "新しい答え" for id in TEXTS if id != second.question})
    response = person.post(f"/votes/{first.name}", form | {"go": "right", "reason": "理由"})
    assert response.status_code == 409
    assert "vote was not saved" in response.text
    assert fields_of(response.text)["reason"] == "理由"
    page = person.http.get("/votes/mine").text
    assert "stale: an answer has changed since" in page
    assert "orphaned: an answer is gone" in page
    assert len(read_votes(Path("data/votes"))) == 2


def test_two_tabs_on_one_ballot_do_not_overwrite_each_other() -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    one, two = person.open(url), person.open(url)
    assert person.post(url, one | {"go": "left"}).status_code == 303
    assert person.post(url, two | {"go": "right"}).status_code == 409
    assert len(read_votes(Path("data/votes"))) == 1


@pytest.mark.parametrize("go", ["skip", "mine", "who", "language:ja", "list:questions"])
def test_every_way_off_a_ballot_keeps_the_reason(go: str) -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    assert person.post(url, person.open(url) | {"reason": "途中の理由", "go": go}).status_code == 303
    assert person.open(url)["reason"] == "途中の理由"
    assert not read_votes(Path("data/votes"))


def test_a_reason_that_was_taken_out_again_is_gone() -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    person.post(f"{url}/draft", person.open(url) | {"reason": "言い過ぎ"})
    again = person.open(url)
    assert again["reason"] == "言い過ぎ"
    person.post(url, again | {"reason": "", "go": "skip"})
    assert person.open(url)["reason"] == ""


def test_undo_brings_back_the_reason_of_a_vote() -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    person.post(url, person.open(url) | {"reason": "具体的だから", "go": "left"})
    person.post("/votes/" + ballots()[1].name, person.open("/votes/" + ballots()[1].name) | {"go": "undo"})
    assert not read_votes(Path("data/votes"))
    assert person.open(url)["reason"] == "具体的だから"


def test_a_draft_of_a_reason_is_dropped_once_the_vote_is_saved() -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    person.post(f"{url}/draft", person.open(url) | {"reason": "下書き"})
    form = person.open(url) | {"go": "tie"}
    for _ in range(2):  # the same button twice
        assert person.post(url, form).status_code == 303
    assert not list(Path("store/drafts").iterdir())
    assert [vote["reason"] for vote in read_votes(Path("data/votes"))] == ["下書き"]


@pytest.mark.parametrize("go", ["left", "skip"])
def test_a_reason_that_is_too_long_stays_on_the_page(go: str) -> None:
    person, ballot = Person(), ballots()[0]
    url = f"/votes/{ballot.name}"
    response = person.post(url, person.open(url) | {"reason": "あ" * 2_001, "go": go})
    assert response.status_code == 422
    assert "more than 2,000 characters" in response.text
    assert fields_of(response.text)["reason"] == "あ" * 2_001
    assert not read_votes(Path("data/votes"))


def test_an_invalid_votes_file_is_named_and_left_alone() -> None:
    Path("data/votes/yuki.jsonl").write_text("[]\n", encoding="utf-8")
    response = Person().http.get("/votes")
    assert response.status_code == 400
    assert "yuki.jsonl:1: expected JSON Lines, found a JSON array" in response.text
    assert Path("data/votes/yuki.jsonl").read_text(encoding="utf-8") == "[]\n"


def test_somebody_who_is_not_named_is_told() -> None:
    assert "yuki is not in the list of --people" in Person(people=("aki", "ben"), annotators=1).http.get("/votes").text


def test_somebody_to_whom_nothing_fell_is_told() -> None:
    names = ("aki", "ben", "yuki")
    pages = [Person(people=names, annotators=1, per_match=1, annotator=name).http.get("/votes").text for name in names]
    assert [page for page in pages if "Nothing is left for you" in page]
    assert not [page for page in pages if "no match of params.yaml" in page]
    for path in Path("data/build/answers").iterdir():
        path.unlink()
    assert "no match of params.yaml has answers of both models" in Person().http.get("/votes").text


def test_answers_are_markdown_with_code_in_blocks_and_nothing_runs_or_loads() -> None:
    code = '例です。\n\n```python" onload="x\nif a < b:\n    print(1)\n```\n\n<script>alert(1)</script> ![p](http://192.0.2.1/p.png)'
    write_answers("good", dict.fromkeys(TEXTS, f"{code}\u202e後ろ"))
    page = Person().http.get(f"/votes/{ballots()[0].name}").text
    assert "<pre><code>if a &lt; b:\n    print(1)\n</code></pre>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "![p](http://192.0.2.1/p.png)" in page
    assert "onload=" not in page
    assert "RIGHT-TO-LEFT OVERRIDE" in page
    assert "\u202e" not in page


def test_what_the_judge_has_stands_beside_the_answers() -> None:
    settings = load_yaml(Path("params.yaml"))
    settings["judge"]["reference_categories"] = ["fermi"]
    settings["criteria"] = {"fermi": "桁が合っているか"}
    YAML().dump(settings, Path("params.yaml"))
    path = Path("data/build/edited/questions/questions.jsonl")
    beside = {"rubric": ["<b>式</b>がある", "桁が合う"], "checks": [{"kind": "contains", "texts": ["万"]}]}
    rows = [row | beside for row in read_rows(path)]
    write_rows(path, rows, "edited_question")
    write_rows(Path("data/references.ja.jsonl"), [], "reference")
    person = Person()
    fermi, generic = (next(b for b in ballots() if b.category == name) for name in ("fermi", "generic"))
    assert "no reference for question" in person.http.get(f"/votes/{fermi.name}").text  # the vote goes on without it
    references = [{"id": id, "reference": f"{id}は**約1万**です。"} for id in TEXTS]
    write_rows(Path("data/references.ja.jsonl"), references, "reference")
    page = person.http.get(f"/votes/{fermi.name}").text
    for shown in (
        f"{fermi.question}は<strong>約1万</strong>です。",
        "桁が合っているか",
        "&lt;b&gt;式&lt;/b&gt;がある",
        "contains: texts",
    ):
        assert shown in page
    page = person.http.get(f"/votes/{generic.name}").text
    assert "約1万" not in page  # the judge has no reference there either
    assert "式" in page
