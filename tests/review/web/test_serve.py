"""`seedbed review` as a server."""

import re
import signal
import socket
import subprocess
import sys

import httpx2
import pytest

from seedbed.review.web.serve import run_review, url_of
from seedbed.review.web.state import Settings
from seedbed.util.errors import UserError
from tests.review.project import write_questions
from tests.review.web.person import Person


@pytest.mark.slow
def test_the_command_serves_until_it_is_interrupted() -> None:
    command = [sys.executable, "-c", "from seedbed.cli import main; main()", "review", "--port", "0", "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        assert "fermi-01" in httpx2.get(f"{address[0]}edits/questions").text
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=10)
        assert (process.returncode, rest) == (0, "")
    finally:
        process.kill()
        process.wait()


def test_an_address_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*; choose another with --port"):
            run_review(Settings(), port, open_browser=False)


@pytest.mark.parametrize("token", ["a&b=c&d=e&f=g-16", "a+b c%20d#e?f/g;h", "合言葉は十六文字より長くしておくこと"])
def test_the_printed_address_lets_in_whatever_the_token_is_made_of(token: str) -> None:
    url = url_of(Settings(host="127.0.0.1", token=token), 8765)
    assert " " not in url
    person = Person(token=token)
    response = person.http.get(url)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert "seedbed_access" in response.headers["set-cookie"]


def test_a_large_corpus_says_that_it_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    write_questions({f"generic-{n:04}": ("How long?", f"{n}番です。") for n in range(1000)})
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UserError, match="cannot listen"):
        run_review(Settings(), taken.getsockname()[1], open_browser=False)
    words = r"reading 1,000 rows of questions, and looking for rows that need work … ready in \d+ s\n"
    assert re.fullmatch(words, capsys.readouterr().out)
