"""What a run of the page knows of the pages it handed out."""

from seedbed.review.web.state import Settings, State


def test_attention_is_never_more_than_the_page_was_open() -> None:
    made = State(Settings())
    now = [100.0]
    made.clock = lambda: now[0]
    page = made.open(20.0)
    now[0] = 130.0
    assert made.attention(page, "25") == 25
    assert made.attention(page, "9999") == 51  # what it began with, what passed, and a second for rounding
    assert made.attention("unknown", "99999") == 3600
    for said in ("nan", "inf", "-5", "", "x"):
        assert made.attention(page, said) == 0
