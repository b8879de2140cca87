"""The queue of a corpus of several languages."""

from pathlib import Path

import pytest

from seedbed.review.queue.worklist import Worklist
from seedbed.util.rows import read_rows, write_rows
from tests.review.project import write_questions
from tests.review.web.person import Person

TRANSLATED = Path("data/build/translated/questions.jsonl")


@pytest.mark.usefixtures("folder")
def test_a_row_has_its_own_source_language_and_one_of_the_target_language_is_not_reviewed() -> None:
    first, own, *rest = read_rows(TRANSLATED, "translated_question")
    first = first | {"language": "de", "source": {"text": "Wie viele Bushaltestellen hat Osaka?"}}
    own = own | {"language": "ja", "translation": own["source"], "made_by": None}
    write_rows(TRANSLATED, [first, own, *rest], "translated_question")
    corpus = Worklist().corpus("questions")
    assert {item.id: item.source_language for item in corpus.items} == {first["id"]: "de", **{row["id"]: "en" for row in rest}}
    assert own["id"] in corpus.order

    person = Person()
    for page in ("/edits/questions", f"/edits/questions/{first['id']}"):
        text = person.http.get(page).text
        assert 'lang="de">Wie viele' in text
    assert 'lang="en">' in person.http.get(f"/edits/questions/{rest[0]['id']}").text


@pytest.mark.usefixtures("folder")
def test_a_build_that_changes_one_row_leaves_the_reasons_that_a_fresh_reading_gives() -> None:
    texts = {
        f"fermi-{n:02}": (f"Question number {n}, asked again?", f"あなたは{n}番の質問をもう一度{'さらに' * (n % 4)}しますか？")
        for n in range(30)
    }
    texts |= {"generic-01": ("Subject: one", "件名：一"), "generic-02": ("Subject: two", "件名：二")}
    write_questions(texts)
    worklist = Worklist()
    assert "terms" not in {reason.code for reason in worklist.corpus("questions").by_id["generic-01"].reasons}
    write_questions(
        texts | {"generic-02": ("Subject: two", "題名：二"), "fermi-03": ("Question number 3, asked again?", "短い。")}
    )
    kept, fresh = worklist.corpus("questions"), Worklist().corpus("questions")
    assert {item.id: item.reasons for item in kept.items} == {item.id: item.reasons for item in fresh.items}
    assert "terms" in {reason.code for reason in kept.by_id["generic-01"].reasons}
    assert {reason.code for reason in kept.by_id["fermi-03"].reasons} == {"numerals", "length"}
