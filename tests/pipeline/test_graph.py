"""The stage graph: names of stages, and what feeds what."""

from typing import Any

import pytest

from seedbed.pipeline.graph import Stage, feeds, stage_names


@pytest.mark.parametrize("pipeline", [None, {}, {"stages": None}, {"stages": []}, "words"])
def test_a_pipeline_without_stages(pipeline: Any) -> None:
    assert stage_names(pipeline, {}) == []


def test_names_in_flow_order() -> None:
    pipeline = {"stages": {"translate": {"foreach": "${corpora}"}, "edit": {"foreach": ["a", "b"]}, "export": {}}}
    assert stage_names(pipeline, {"corpora": {"x": {}}}) == ["translate@x", "edit@a", "edit@b", "export"]


@pytest.mark.parametrize(
    ("out", "dep", "expected"),
    [
        ("data/a.jsonl", "data/a.jsonl", True),
        ("data/a.jsonl", "data", True),
        ("data/a", "data/a/b.jsonl", True),
        ("data/a.jsonl", "data/a", False),
        ("data/ab", "data/a", False),
        ("data/a", "data/b", False),
    ],
)
def test_what_feeds_what(out: str, dep: str, expected: bool) -> None:
    assert feeds(Stage("one", (), (), (out,)), Stage("other", (dep,), (), ())) is expected


def test_a_foreach_may_go_over_a_block_in_a_block() -> None:
    pipeline = {"stages": {"edit": {"foreach": "${post_edit.corpora}", "do": {}}}}
    assert stage_names(pipeline, {"post_edit": {"corpora": {"a": "a.jsonl", "b": "b.jsonl"}}}) == ["edit@a", "edit@b"]
    assert stage_names(pipeline, {"post_edit": {}}) == []
    assert stage_names(pipeline, {"post_edit": "drop"}) == []
