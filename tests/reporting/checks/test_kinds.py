"""What each kind of check lets pass, and what not."""

from typing import Any

import pytest

from seedbed.reporting.checks.kinds import check_problem, code_blocks, passes
from seedbed.util.numerals import stated_numbers
from seedbed.util.schemas import problems

CASES: list[tuple[dict[str, Any], str, bool]] = [
    ({"kind": "number", "value": 100}, "60分で1周多く歩くので、毎分１００メートルです。", True),
    ({"kind": "number", "value": 100}, "毎分100メートル、遅い人は60メートルです。", False),
    ({"kind": "number", "value": 100, "which": "any"}, "毎分100メートル、遅い人は60メートルです。", True),
    ({"kind": "number", "value": 1488}, "答えは1,488通りです。", True),
    ({"kind": "number", "value": 1488, "units": ["通り"]}, "千四百八十八通り（夫婦は4組）", True),
    ({"kind": "number", "value": 4}, "四", False),  # a numeral in kanji alone may be a part of any word
    ({"kind": "number", "value": 7.5, "tolerance": 0.1}, "約7.6cm", True),
    ({"kind": "number", "value": 7.5, "tolerance": 0.05}, "約7.6cm", False),
    ({"kind": "number", "range": [1e7, 1e8], "units": ["本"]}, "約３，４００万本", True),
    ({"kind": "number", "range": [1e7, 1e8], "units": ["本"]}, "1億2000万本", False),
    ({"kind": "number", "range": [1e7, 1e8]}, "およそ 3.4×10⁷ です", True),
    ({"kind": "number", "value": -5}, "x = -5", True),
    ({"kind": "number", "value": 5}, "10-5", True),
    ({"kind": "number", "value": 1, "units": ["m"]}, "1mm", False),
    ({"kind": "number", "value": 1}, "わかりません", False),
    ({"kind": "format", "pattern": "^# .+$"}, "前書き\n# 見出し\n", True),
    ({"kind": "format", "pattern": r"\A[^0-9]*\z"}, "a\n1", False),
    ({"kind": "format", "json": True}, '```json\n{"a": [1, 2]}\n```', True),
    ({"kind": "format", "json": True}, '{"a": 1} です', False),
    ({"kind": "format", "json": True}, "[" * 100_000, False),
    ({"kind": "format", "bullets": {"least": 2, "most": 3}}, "- あ\n・い\n1. う\n次に", True),
    ({"kind": "format", "bullets": {"most": 2}}, "- あ\n・い\n1. う", False),
    ({"kind": "format", "headings": ["結論", "理由"]}, "## 結論\n…\n**理由：**\n…", True),
    ({"kind": "format", "headings": ["結論", "理由"]}, "結論\n…\n【理由】\n…", True),
    ({"kind": "format", "headings": ["結論", "理由"]}, "理由\n…\n結論\n…", False),
    ({"kind": "format", "headings": ["結論"]}, "# 結論\n…\n# 補足\n…", False),
    ({"kind": "length", "unit": "characters", "most": 5}, "あい う\nえ お", True),
    ({"kind": "length", "unit": "characters", "most": 4}, "あいうえお", False),
    ({"kind": "length", "unit": "words", "least": 3, "most": 3}, "Don't stop now.", True),
    ({"kind": "length", "unit": "sentences", "least": 3, "most": 3}, "はい。「そうか！」と言う。\nまた", True),
    ({"kind": "length", "unit": "sentences", "most": 1}, "It is 3.5 m long.", True),
    ({"kind": "length", "unit": "lines", "most": 2}, "a\n\nb\n", True),
    ({"kind": "language", "scripts": ["hiragana"], "least": 1}, "らーめんは、おいしいよ！", True),
    ({"kind": "language", "scripts": ["hiragana"], "least": 1}, "青いよ", False),
    ({"kind": "language", "scripts": ["katakana"], "most": 0}, "電子レンジ", False),
    ({"kind": "language", "scripts": ["katakana"], "most": 0}, "ﾚﾝｼﾞ", False),
    ({"kind": "language", "scripts": ["han", "hiragana", "katakana"], "least": 0.8}, "日本語のテキスト AI", True),
    ({"kind": "language", "scripts": ["latin"], "least": 0.5}, "123", False),
    ({"kind": "contains", "texts": ["ＡＢＣ", "連濁"]}, "ABCは連濁", True),
    ({"kind": "contains", "texts": ["連濁", "ライマン"]}, "連濁", False),
    ({"kind": "excludes", "texts": ["さくら"]}, "桜", True),
    ({"kind": "excludes", "texts": ["1"]}, "１", False),
]


@pytest.mark.parametrize(("check", "answer", "right"), CASES)
def test_an_answer_passes_or_not(check: dict[str, Any], answer: str, right: bool) -> None:
    assert passes(check, answer) is right
    assert check_problem(check) is None
    assert problems({"id": "a", "category": "b", "text": "c", "checks": [check]}, "rows/question") == []


@pytest.mark.parametrize(
    ("check", "field", "words"),
    [
        ({"kind": "numbr", "value": 1}, "kind", "expected one of python, number"),
        ({"kind": "number"}, "value", "missing"),
        ({"kind": "number", "value": 1, "unit": "m"}, "unit", "unknown key (did you mean 'units'?)"),
        ({"kind": "length", "unit": "letters", "most": 3}, "unit", "expected one of characters"),
        ({"kind": "python"}, "tests", "missing"),
        ({"kind": "language", "scripts": ["latin"], "least": 2}, "least", "2 is greater than the maximum of 1"),
        ({"kind": "contains", "texts": []}, "texts", ""),
    ],
)
def test_what_is_wrong_with_a_check_is_said_with_its_field(check: dict[str, Any], field: str, words: str) -> None:
    found = problems({"id": "a", "category": "b", "text": "c", "checks": [check]}, "rows/question")
    assert found
    assert found[0][0] == ["checks", 0, field]
    assert words in found[0][1]


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"kind": "format", "pattern": "(a"}, "pattern: not a regular expression (RE2)"),
        ({"kind": "format", "pattern": "(?=a)"}, "pattern: not a regular expression (RE2)"),
        ({"kind": "number", "range": [3, 2]}, "no answer passes"),
        ({"kind": "length", "unit": "words", "least": 3, "most": 2}, "no answer passes"),
        ({"kind": "format", "bullets": {"least": 3, "most": 2}}, "no answer passes"),
        ({"kind": "python", "tests": "assert ("}, "tests: not Python"),
    ],
)
def test_what_no_schema_can_say(check: dict[str, Any], words: str) -> None:
    assert words in (check_problem(check) or "")


def test_a_hostile_text_takes_no_longer() -> None:
    """A pattern that backtracks would need 2^40 steps here."""
    assert not passes({"kind": "format", "pattern": r"\A(a+)+\z"}, "a" * 40 + "b")


def test_numbers_in_their_order() -> None:
    assert stated_numbers("１億2,000万人、-5と3.4×10⁷、7²⁰²⁶、9:30") == [1.2e8, -5, 3.4e7, 7, 9, 30]
    assert stated_numbers("0.1m²と32cm、5 mm", ["m²", "mm"]) == [0.1, 5]
    assert stated_numbers("9" * 400 + "e999") != []


def test_blocks_of_code() -> None:
    answer = "例\n```python\na = 1\n```\n結果\n```text\n1\n```\n```\nb = 2\n```"
    assert code_blocks(answer) == ["a = 1\n", "b = 2\n"]
    assert code_blocks("def f():\n    return 1") == ["def f():\n    return 1"]
    assert code_blocks("def を使います。") == []
    assert code_blocks("```python\nnever closed") == []
    assert code_blocks("1. 次のとおり\n\n   ```python\n   def f():\n       return 1\n\n   ```\n") == [
        "def f():\n    return 1\n\n"
    ]
