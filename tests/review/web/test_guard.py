"""Who may speak to the page, and what it refuses."""

import re
from pathlib import Path

import pytest

from seedbed.review.web import guard
from seedbed.review.web.app import create_app
from seedbed.review.web.state import Settings
from seedbed.util.errors import UserError
from tests.review.web.person import EDITS, ROW, Person


def test_another_host_is_refused() -> None:
    response = Person().http.get("/", headers={"host": "evil.example:8765"})
    assert response.status_code == 403
    assert "Open the address that `seedbed review` printed" in response.text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8765", "http://127.0.0.1:9999", ""])
def test_another_origin_is_refused_and_nothing_written(origin: str) -> None:
    person = Person()
    form = person.open(ROW)
    response = person.post(ROW, form | {"go": "approve"}, origin=origin)
    assert response.status_code == 403
    assert "nothing was saved" in response.text
    assert not EDITS.exists()


@pytest.mark.parametrize("token", [None, "", "0" * 32, "é"])
def test_a_post_without_the_pages_token_is_refused_and_nothing_written(token: str | None) -> None:
    person = Person()
    form = person.open(ROW)
    del form["token"]
    form |= {} if token is None else {"token": token}
    for url in (ROW, f"{ROW}/draft", "/who", "/language", "/votes/0123456789abcdef", "/votes/0123456789abcdef/draft"):
        response = person.post(url, form | {"go": "approve"})
        assert response.status_code == 403, url
        assert "nothing was saved" in response.text
    assert not EDITS.exists()
    assert not Path("store/drafts").exists()


def test_no_other_address_without_a_token() -> None:
    with pytest.raises(UserError, match="or add --token"):
        create_app(Settings(host="0.0.0.0"))  # noqa: S104
    with pytest.raises(UserError, match="are too few to be secure"):
        Settings(host="0.0.0.0", token="secret")  # noqa: S104


def test_the_token_lets_in_once_and_leaves_the_address() -> None:
    person = Person(host="0.0.0.0", token="a-token-of-16-or-more")  # noqa: S104
    person.http.headers["host"] = "box.example:8765"
    assert person.http.get("/edits/questions").status_code == 401
    assert person.http.get("/edits/questions?token=wrong").status_code == 401
    response = person.http.get("/edits/questions?token=a-token-of-16-or-more&show=all")
    assert response.status_code == 303
    assert response.headers["location"] == "/edits/questions?show=all"
    cookie = response.headers["set-cookie"]
    assert "a-token" not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    person.http.cookies.set("seedbed_access", cookie.split("=")[1].split(";")[0])
    assert person.http.get("/edits/questions").status_code == 200


def test_every_answer_forbids_what_it_does_not_need() -> None:
    person = Person()
    for url in ("/edits/questions", ROW, "/votes", "/nowhere", "/static/review.js"):
        headers = person.http.get(url).headers
        assert headers["content-security-policy"].startswith("default-src 'self';"), url
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert person.http.get(ROW).headers["cache-control"] == "no-store"


def test_pages_have_no_inline_script_or_style_and_no_other_address() -> None:
    person = Person()
    for url in ("/edits/questions?show=all", ROW, "/votes", "/votes/mine", "/who", f"{ROW}/history"):
        text = person.http.get(url).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), url
        assert all('src="/static/' in tag for tag in re.findall(r"<script[^>]*>", text)), url
        assert not re.search(r"(?:src|href|action)=\"(?!/)(?!#)", text), url


def test_only_our_own_files_are_served() -> None:
    http = Person().http
    assert http.get("/static/review.js").status_code == 200
    for path in ("/static/../app.py", "/static/%2e%2e%2fapp.py", "/static/texts.yaml", "/docs", "/openapi.json"):
        assert http.get(path).status_code == 404, path


def test_too_much_is_refused_in_words() -> None:
    person = Person()
    form = person.open(ROW)
    response = person.post(ROW, form | {"field.text": "x" * (guard.MOST_BYTES + 1), "go": "save"})
    assert response.status_code == 413
    assert f"larger than {guard.MOST_BYTES:,} bytes, so nothing was saved" in response.text
    chunks = (b"x" * 100_000 for _ in range(30))  # and where nobody says the length beforehand
    response = person.http.post(ROW, content=chunks)
    assert response.status_code == 400
    assert "so nothing was saved" in response.text
    assert not EDITS.exists()
