"""The words of the page."""

import re
from pathlib import Path

import pytest

from seedbed.review import texts as page_texts
from seedbed.review.queue.checks import finding
from seedbed.review.queue.reasons import Reason
from seedbed.review.texts import say, say_label, say_reason
from seedbed.util.yaml12 import load_yaml
from tests.harness import ROOT
from tests.review.project import TEXTS, write_questions
from tests.review.web.person import Person

pytestmark = pytest.mark.usefixtures("folder")


def test_all_words_of_the_page_are_there_in_both_languages() -> None:
    texts = load_yaml(Path(page_texts.__file__).parent / "texts.yaml")
    for key, both in texts.items():
        assert set(both) == {"en", "ja"}, key
        assert all(both.values()), key
        names = [set(re.findall(r"\{(\w+)\}", text)) for text in both.values()]
        assert names[0] == names[1], key
    assert say("ja", "progress", done=1, all=2) == "2件中1件を確認済み"
    assert "要確認" in Person(language="ja").http.get("/edits/questions").text
    write_questions(TEXTS | {"fermi-01": ("Please water the plants.", "Please water the plants.")})
    assert "原文がそのまま入っています" in Person(language="ja").http.get("/edits/questions/fermi-01").text


def test_japanese_words_have_japanese_names_and_quotation_marks() -> None:
    assert (say_label("ja", "closed_qa"), say_label("ja", "own-label")) == ("文章に基づく質問応答", "own-label")
    labels = load_yaml(ROOT / "params.yaml")["labels"]
    assert all(say_label("ja", label) != label for kind in labels.values() for label in kind)
    seen = Reason("names", (finding("missing", thing="'NHK'"), finding("missing", thing="13")), 1.5, "text")
    assert say_reason("ja", seen) == "「NHK」 が訳文にない、13 が訳文にない"
    assert say_reason("en", seen) == "'NHK' is missing, 13 is missing"
