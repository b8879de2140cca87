"""What comes from outside is said with secrets masked, in parts too, and with hidden characters spelt out."""

import pytest

from seedbed.util import safe_text
from seedbed.util.safe_text import keep_secret, quoted, safe

KEY = "sk-proj-AbC123xyz/+=789secret"


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_text, "_secrets", set())


@pytest.mark.parametrize("size", range(8, len(KEY) + 1))
def test_every_part_of_a_key_is_masked(size: int) -> None:
    keep_secret(KEY)
    for start in range(len(KEY) - size + 1):
        assert quoted(f"bad key <{KEY[start : start + size]}>, sorry") == "bad key <…>, sorry"


def test_a_key_is_masked_as_it_stands_in_an_address_too() -> None:
    keep_secret(KEY)
    assert "secret" not in quoted("GET /?key=sk-proj-AbC123xyz%2F%2B%3D789secret")


def test_a_short_key_is_masked_whole() -> None:
    keep_secret("tok3n")
    assert quoted("no tok3n here, no tok3") == "no … here, no tok3"


@pytest.mark.parametrize("address", ["https://anna:pa55word@host/v1", "https://anna:pa55%77ord@host/v1"])
def test_a_user_and_a_password_in_an_address_are_masked(address: str) -> None:
    assert quoted(f"cannot reach {address} now") == "cannot reach https://…@host/v1 now"
    keep_secret(address)
    assert quoted("user anna, password pa55word") == "user …, password …"


def test_an_address_without_a_user_is_shown() -> None:
    keep_secret("http://127.0.0.1:8000/v1")
    assert quoted("http://127.0.0.1:8000/v1, mail a@b.example") == "http://127.0.0.1:8000/v1, mail a@b.example"


def test_what_drives_a_terminal_is_spelt_out() -> None:
    """A conceal sequence, a title, a bell, a carriage return, an override of the direction, a tag, a soft hyphen."""
    said = safe("a\x1b[8mb\x1b]0;x\x07c\rd\u202ee\U000e0041f\xadg\nh")
    assert said == "a<U+001B>[8mb<U+001B>]0;x<U+0007>c<U+000D>d<U+202E>e<U+E0041>f<U+00AD>g\nh"


def test_a_long_answer_is_cut() -> None:
    assert len(quoted("x " * 5000)) == 300
