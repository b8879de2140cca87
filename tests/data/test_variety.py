"""Seeds differ in form, in length and in what they are about."""

from collections import Counter

from tests.data.bundled import final, report
from tests.data.test_register import narration, register
from tests.data.test_subjects import nouns

LONG = range(400, 901)
"""Characters of a long output."""
MOTIFS = 3
"""Seeds that may be set in the same place or turn on the same thing."""
EVERYWHERE = {"こと", "店", "本", "家", "駅", "人", "日", "水", "次", "手", "音", "声", "学校", "会社", "部屋", "電話", "写真"}
"""Nouns that are no motif."""


def test_some_instructions_are_casual_or_imperative() -> None:
    """They end in no polite form: 〜して。 〜せよ。 〜の？"""
    ends = {row["id"]: narration(row["instruction"])[-1:] for row in final("seed_tasks")}
    casual = [id for id, sentences in ends.items() if sentences and register(sentences[0]) != "polite"]
    assert len(casual) >= 15, casual


def test_some_outputs_are_long() -> None:
    long = [row["id"] for row in final("seed_tasks") if len(row["output"]) in LONG]
    assert len(long) >= 15, long


def test_no_motif_is_told_again_and_again() -> None:
    """A thing that a seed names three times or more is its motif."""
    motifs = Counter(
        noun
        for row in final("seed_tasks")
        for noun, number in nouns("\n".join(row[field] for field in ("instruction", "input", "output"))).items()
        if number >= 3 and noun not in EVERYWHERE and row["task_type"] not in ("coding", "arithmetic", "logic")
    )
    report([f"{noun}: the motif of {number} seeds" for noun, number in motifs.items() if number > MOTIFS])
