"""From a judge's reply to a verdict."""

import pytest

from seedbed.exchange.replies import Unusable
from seedbed.steps.verdicts import judgment_of
from tests.exchange.judgments import judgment_request, response


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("よい。[[A]]", "first"),
        ("[[A]]かと思いましたが、最終判定は [[B]]", "second"),
        ("[[B]] ... [[C]]", "tie"),
    ],
)
def test_the_last_mark_is_the_verdict(text: str, verdict: str) -> None:
    assert judgment_of(judgment_request("text"), response(text))["verdict"] == verdict


@pytest.mark.parametrize("text", ["no mark", "[A]", "[[D]]", "[[a]]"])
def test_a_reply_without_a_mark_is_no_tie(text: str) -> None:
    with pytest.raises(Unusable) as unusable:
        judgment_of(judgment_request("text"), response(text))
    assert unusable.value.reason == "no_verdict"
