"""What the stand-in said in Japanese before it knew other languages, it says still: stores and locks rest on it."""

from hashlib import sha256
from typing import Any

import pytest

from tests.stand_in.asking import ask, comparison, demonstrations, source

JSON = {"response_format": {"type": "json_object"}}
MOON = "Why do we on Earth only ever see one side of the moon?"
KNOWN = "初めて部屋を借りることになり、今週末に内見に行きます。あとで後悔しないように、内見では何を確認すればよいですか。"
OTHER = "庭の隅にある古い井戸を安全に使うには、何を調べればよいですか？"
TRANSLATION = source(instruction=MOON, input="", output="Nobody knows this sentence.")
LISTED = comparison(KNOWN, "要点をまとめます。", "- 一\n- 二\n- 三")
REPEATING = comparison(OTHER, "水質を調べます。", "水質を調べます。" * 9)
REFERENCED = comparison(OTHER, "答えは42です。", "答えは41です。", reference="答えは42です。")


CASES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "a known and an unknown text": ("d3ff63480f783db7", "stand-in", TRANSLATION, JSON),
    "five instructions": ("f695aabf864f8f82", "stand-in", demonstrations(5), JSON | {"temperature": 1}),
    "fifty, flaws among them": ("8ab8521fc92410d4", "stand-in", demonstrations(50), JSON | {"temperature": 1, "seed": 3}),
    "a known question": ("200a9e5415083986", "stand-in", KNOWN, {}),
    "a good answer": ("200a9e5415083986", "stand-in-good", KNOWN, {}),
    "a thin answer": ("dde8abe6d2162bf4", "stand-in-thin", KNOWN, {}),
    "a poor answer": ("06c011f045a34fcd", "stand-in-poor", KNOWN, {}),
    "an all-purpose answer": ("7e5aa07791ab4baa", "stand-in-good", OTHER, {"temperature": 0.7, "max_tokens": 1024}),
    "a thin all-purpose answer": ("4ffb68f3139ce3ad", "stand-in-thin", OTHER, {}),
    "a poor all-purpose answer": ("12dbc8897a37d6b6", "stand-in-poor", OTHER, {}),
    "a verdict in JSON": ("43ad3b19092ed04c", "stand-in", LISTED, JSON),
    "a verdict in words": ("c8df6b6181060a5f", "stand-in", REPEATING, {}),
    "a verdict beside a reference": ("ea6e7fefcd6f48fe", "stand-in", REFERENCED, {"system": "返答はJSONで"}),
}
"""The first 16 digits of the reply's SHA-256; model, user message, and what else is asked."""


@pytest.mark.parametrize("name", CASES)
def test_a_reply_is_the_one_of_before(name: str) -> None:
    digest, model, user, more = CASES[name]
    assert sha256(ask(model, user, **more).encode()).hexdigest()[:16] == digest
