"""The queue of a corpus of several languages."""

from pathlib import Path

import pytest

from seedbed.review.queue.worklist import Worklist
from seedbed.util.rows import read_rows, write_rows
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
