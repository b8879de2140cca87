"""What was done before: similar rows, where words occur, and how a term was translated."""

from types import SimpleNamespace
from typing import Any

from seedbed.review.queue.memory import Rendering, make_memory
from seedbed.review.queue.worklist import Item

ROWS = {
    "harbour-01": ("Where is the harbour of Kobe?", "神戸の港はどこですか。", "神戸港はどこにありますか。"),
    "harbour-02": ("Who built the harbour?", "誰が港を作りましたか。", None),
    "harbour-03": ("The Harbour of Kobe is where?", "神戸の港はどこ。", None),
    "train-01": ("How long is a train?", "列車はどのくらいの長さですか。", "列車の長さはどのくらいですか。"),
    "train-02": ("Is the train on time?", "列車は時間どおりですか。", None),
}


def corpus() -> Any:
    items = []
    for id, (source, machine, edited) in ROWS.items():
        row: Any = {"id": id, "source": {"text": source}, "translation": {"text": machine}}
        edit: Any = {"decision": "edited", "fields": {"text": edited}} if edited else None
        items.append(Item(row, edit, "edited" if edit else "unreviewed", [], 0.0, "en"))
    return SimpleNamespace(items=items, by_id={item.id: item for item in items})


def test_rows_are_similar_that_people_edited_and_that_share_rare_words() -> None:
    rows = corpus()
    memory = make_memory(rows.items)
    assert [each.item.id for each in memory.similar(rows.by_id["harbour-03"], rows)] == ["harbour-01"]
    assert next(each.item.id for each in memory.similar(rows.by_id["train-02"], rows)) == "train-01"
    assert all(each.item.id != "harbour-01" for each in memory.similar(rows.by_id["harbour-01"], rows))


def test_words_are_found_in_sources_and_present_texts_whatever_their_case_and_width() -> None:
    rows = corpus()
    memory = make_memory(rows.items)
    found = memory.find(rows, "ＨＡＲＢＯＵＲ")
    assert [item.id for item in found] == ["harbour-01", "harbour-02", "harbour-03"]
    hit = memory.hit(found[0], "ＨＡＲＢＯＵＲ")
    assert hit.source == ("Where is the ", "harbour", " of Kobe?")
    assert hit.text == ("神戸港はどこにありますか。", "", "")
    (found_one,) = memory.find(rows, "神戸港")
    assert memory.hit(found_one, "神戸港").text == ("", "神戸港", "はどこにありますか。")
    assert len(memory.find(rows, "神戸の港は")) == 1, "the edit is what a row says now"
    assert memory.find(rows, " ") == []


def test_what_a_term_was_translated_as_stands_beside_it_and_not_elsewhere() -> None:
    rows = corpus()
    memory = make_memory(rows.items)
    assert memory.renderings(rows, "train", memory.find(rows, "train")) == [Rendering("列車", 2, 2)]
    assert [each.text for each in memory.renderings(rows, "harbour", memory.find(rows, "harbour"))] == ["港"]
    assert memory.renderings(rows, "absent", []) == []
