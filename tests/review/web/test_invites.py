"""Links for one person each: who comes by one, what is kept of it, and how often one may guess."""

import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from seedbed.cli import app
from seedbed.project import paths
from seedbed.review.invites import Invites
from seedbed.review.web.app import create_app
from seedbed.review.web.guard import Throttle
from seedbed.review.web.state import Settings
from seedbed.util.errors import UserError
from tests.review.web.person import ROW, Person, edits

OUTSIDE = "0.0.0.0"  # noqa: S104


def invite(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["review", "invite", *arguments])


def link_of(name: str) -> str:
    """Invite a person; return path and query of the link."""
    done = invite(name)
    assert done.exit_code == 0, done
    return re.sub(r"^http://127\.0\.0\.1:8765", "", done.output.splitlines()[0])


def come(link: str, **settings: object) -> Person:
    """Open a link."""
    person = Person(**{"editor": None, "annotator": None, "host": OUTSIDE} | settings)
    response = person.http.get(link)
    assert response.status_code == 303, response.text
    assert "token" not in response.headers["location"]
    return person


def test_a_link_says_who_comes_and_nothing_else_does() -> None:
    aki = come(link_of("aki"))
    aki.http.cookies.set("seedbed_name", "ben")
    form = aki.open(ROW)
    aki.post(ROW, form | {"go": "save", "field.text": "大阪にバス停はいくつありますか？"})
    assert edits()["fermi-01"]["editor"] == "aki"
    assert aki.http.get("/who").status_code == 303
    assert aki.post("/who", {"token": form["token"], "name": "ben"}).status_code == 303
    assert "You: aki" in aki.http.get(ROW).text


def test_only_a_hash_is_kept_outside_git_for_its_owner_alone() -> None:
    link = link_of("aki")
    token = link.partition("token=")[2]
    path = paths.invites()
    assert path.parent.parent == paths.store().parent
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    cookie = come(link).http.cookies["seedbed_access"]
    text = path.read_text(encoding="utf-8")
    assert token not in text
    assert cookie not in text
    assert cookie != token
    assert invite("--list").output == "aki\n"


def test_a_link_that_was_revoked_or_replaced_opens_nothing() -> None:
    link = link_of("aki")
    other = come(link_of("ben"))
    aki = come(link)
    assert aki.http.get(ROW).status_code == 200
    link_of("aki")
    assert aki.http.get(ROW).status_code == 401
    assert aki.http.get(link).status_code == 401
    assert invite("--revoke", "ben").exit_code == 0
    assert other.http.get(ROW).status_code == 401
    assert str(invite("--revoke", "ben").exception) == "--revoke ben: no such link (links have aki)"


def test_whoever_shares_a_token_takes_no_name_that_has_a_link() -> None:
    link_of("aki")
    shared = come("/?token=a-token-of-16-or-more", token="a-token-of-16-or-more")
    token = re.search(r'name="token" value="([^"]+)"', shared.http.get("/who").text)
    assert token
    response = shared.post("/who", {"token": token[1], "name": "AKI"})
    assert response.status_code == 422
    assert "AKI has a personal link" in response.text
    shared.http.cookies.set("seedbed_name", "aki")
    assert shared.http.get(ROW).headers["location"].startswith("/who")


def test_on_this_machine_alone_a_link_says_who_comes_and_none_is_needed() -> None:
    assert come(link_of("aki"), host="127.0.0.1").http.get(ROW).status_code == 200
    assert Person().http.get(ROW).status_code == 200
    assert Person().http.get(f"{ROW}?token=wrong").status_code == 200


def test_wrong_tokens_close_an_address_for_a_minute() -> None:
    link = link_of("aki")
    inside = come(link)
    for number in range(10):
        assert inside.http.get(f"/?token=guess-{number}").status_code == 401
        assert inside.http.get(f"/?token=guess-{number}").status_code in (401, 429)  # the same again is no other guess
    assert inside.http.get("/?token=guess-11").status_code == 429
    assert inside.http.get(link).status_code == 429  # not looked at, so that nobody learns which one is right
    assert inside.http.get(ROW).status_code == 200  # who is in stays in


def test_an_address_opens_again() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    for number in range(10):
        throttle.note("a", str(number))
    assert (throttle.is_closed("a"), throttle.is_closed("b")) == (True, False)
    now[0] = 61
    assert not throttle.is_closed("a")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a b"], "'a b': not a valid name; use letters"),
        ([], "expected one of NAME, --list or --revoke NAME"),
        (["aki", "--list"], "expected one of NAME, --list or --revoke NAME"),
        (["aki", "--at", "example.org"], "--at 'example.org': expected the page's address"),
        (["BEN"], "BEN: ben has a link already, and the two names would be the same person"),
    ],
)
def test_a_wrong_invitation_says_what_is_wrong(arguments: list[str], words: str) -> None:
    link_of("ben")
    assert words in str(invite(*arguments).exception)


def test_another_address_wants_links_or_a_token() -> None:
    with pytest.raises(UserError, match="seedbed review invite NAME`, or add --token"):
        create_app(Settings(host=OUTSIDE))
    link_of("aki")
    create_app(Settings(host=OUTSIDE))


def test_a_damaged_file_lets_nobody_in_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    path.write_text('{"key":1,"people":{}}', encoding="utf-8")
    with pytest.raises(UserError, match="damaged; delete it, and invite people again"):
        Invites(path).people()
