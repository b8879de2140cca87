"""An endpoint that cannot be used: one sentence that says what to do, and no key in it."""

import json
import re
import socket
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from seedbed.util.errors import UserError
from tests.harness import Server, completion
from tests.sending.conftest import Ask


def said(ask: Ask, **settings: object) -> str:
    """Return the sentence with which asking ends; nothing is left half-written."""
    with pytest.raises(UserError) as error:
        ask(**settings)
    assert not [path for path in Path().iterdir() if "transcript" in path.name]
    return str(error.value)


def test_an_unset_key_is_named_before_the_first_request(ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "the environment variable MY_API_KEY is not set" in said(ask, api_key_env="MY_API_KEY")
    for block in ({"api_key_env": "hf_abcdefghijklmnop"}, {"headers": {"x-key": "hf_abcdefghijklmnop"}}):
        assert "the environment variable hf_a… is not set; set the" in said(ask, **block)
    assert server.log == []
    key = f"sk-{uuid4().hex}"
    monkeypatch.setenv("MY_API_KEY", key)
    ask(api_key_env="MY_API_KEY")
    assert {headers["authorization"] for headers in server.headers} == {f"Bearer {key}"}
    assert key.encode() not in b"".join(path.read_bytes() for path in Path().rglob("*") if path.is_file())


@pytest.mark.parametrize("status", [401, 400])
def test_a_key_is_not_repeated_even_where_the_server_does(
    ask: Ask, server: Server, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_API_KEY", "sk-secret-1234")
    server.fault = lambda body, number: (status, {}, b'{"error":{"message":"Incorrect API key provided: sk-secret-1234"}}')
    words = said(ask, api_key_env="MY_API_KEY")
    assert "sk-secret-1234" not in words + str(capsys.readouterr())
    if status == 401:
        assert "the API key was refused; check the environment variable named in servers.mine.api_key_env" in words


ECHOES = {
    "refused": (400, {}, "Incorrect API key"),
    "rate limit": (429, {"retry-after": "3600"}, "too much from"),
    "server error": (500, {}, "cannot serve"),
}


@pytest.mark.parametrize("kind", ECHOES)
def test_no_part_of_a_key_and_nothing_that_drives_a_terminal_is_said(
    ask: Ask, server: Server, kind: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    key = f"sk-{uuid4().hex}"
    monkeypatch.setenv("MY_API_KEY", key)
    status, headers, words = ECHOES[kind]
    body = json.dumps({"error": {"message": f"\x1b[8m{words} {key[5:20]} or {key}\x1b[2K", "code": "invalid_model"}}).encode()
    server.fault = lambda request, number: (status, headers, body)
    told = said(ask, api_key_env="MY_API_KEY", max_retries=1)
    assert words in told
    shown = told + "".join(capfd.readouterr())
    assert not [start for start in range(len(key) - 7) if key[start : start + 8] in shown]
    assert "\x1b" not in shown


def test_what_an_error_under_200_says_is_kept_without_the_key(
    ask: Ask, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "sk-secret-1234")
    refusal = json.dumps({"error": {"message": "maximum context length of sk-secret-1234\x1b[2K"}}).encode()
    good = completion('{"text":"訳"}')
    server.fault = lambda body, number: (200, {}, refusal if '{"text":"b"}' in body["messages"][1]["content"] else good)
    results = ask(blocks={"translate": {"max_failed": 0.5}}, api_key_env="MY_API_KEY")
    assert results[1].failure
    assert results[1].failure["detail"] == "maximum context length of …<U+001B>[2K"
    kept = Path("transcript.jsonl").read_text(encoding="utf-8")
    assert "maximum context length" in kept
    assert "sk-secret-1234" not in kept


def test_a_prompt_of_another_language_is_refused_before_the_first_request(ask: Ask, server: Server) -> None:
    Path("prompts").mkdir()
    Path("params.yaml").write_text("language: ja\n")
    for name in ("answer", "judge"):
        Path(f"prompts/{name}.yaml").write_text("language: ko\n")
    words = said(ask)
    assert words.startswith("prompts/answer.yaml:1: language: 'ko', but params.yaml:1 builds 'ja'")
    assert words.endswith("and 1 more (`seedbed check` lists them); nothing was sent")
    assert server.log == []


def test_a_stand_in_of_another_language_is_refused_before_the_first_request(ask: Ask, server: Server) -> None:
    Path("params.yaml").write_text("language: ja\n")
    words = said(ask, blocks={"translate": {"model": "stand-in-ko"}})
    assert "stand-in-ko of the stand-in writes 'ko', but language is 'ja'; use stand-in-ja; nothing was sent" in words
    assert server.log == []


def test_a_password_in_the_address_is_not_said(ask: Ask) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for address in (f"http://anna:pa55word@127.0.0.1:{port}/v1", "http://anna:pa55word@[::1/v1", "http://anna:pa55word@x:y/v1"):
        assert "pa55word" not in said(ask, base_url=address)


def test_a_key_that_no_key_is(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_KEY", "sk-“quoted”")
    words = said(ask, api_key_env="MY_API_KEY")
    assert "MY_API_KEY contains a character that is not allowed in a key" in words
    assert "quoted" not in words


def test_an_unreachable_server(ask: Ask) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = said(ask, base_url=f"http://127.0.0.1:{port}/v1")
    assert f"nothing answers at 127.0.0.1:{port}" in words
    assert "correct servers.mine.base_url" in words


@pytest.mark.parametrize("port", ["80000", "abc"])
def test_an_address_that_is_none(ask: Ask, port: str) -> None:
    assert "is not a valid URL" in said(ask, base_url=f"http://localhost:{port}/v1")


def test_a_server_that_speaks_something_else(ask: Ask, server: Server) -> None:
    server.fault = lambda body, number: (200, {"content-type": "text/html"}, b"<html>hello</html>")
    assert "is it an OpenAI-compatible server" in said(ask)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_named_and_not_followed(ask: Ask, server: Server, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our headers, keys among them, would go to wherever it points."""
    monkeypatch.setenv("OTHER_HEADER", "secret-of-a-header")
    with socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.listen()
        elsewhere.setblocking(False)
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/v1/chat/completions"
        server.fault = lambda body, number: (status, {"location": address}, b"")
        words = said(ask, headers={"api-key": "OTHER_HEADER"}, max_concurrency=1)
        assert f"redirects to {address}; set servers.mine.base_url to the address that answers" in words
        assert len(server.take()) == 1
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


BROKEN = {"a banner of another protocol": b"SSH-2.0-OpenSSH_9\r\n", "nothing": b"", "half a status": b"HTTP/1.1 2"}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_answer_that_is_not_http_is_a_broken_connection(ask: Ask, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(1 << 16)
                        connection.sendall(BROKEN[kind])

        Thread(target=answer, daemon=True).start()
        words = said(ask, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}/v1", max_retries=0)
        listener.shutdown(socket.SHUT_RDWR)
    assert "1 attempt at q" in words
    assert "failed, the last one with: the connection broke (" in words


def test_a_body_that_is_not_packed_as_its_header_says(ask: Ask, server: Server) -> None:
    server.fault = lambda body, number: (200, {"content-encoding": "gzip"}, b"not gzip")
    assert "the connection broke (zlib.error)" in said(ask, max_retries=0)


def test_a_server_that_asks_to_wait_too_long_stops_the_stage(ask: Ask, server: Server) -> None:
    """What came before is in the store, and is not sent again."""
    server.fault = lambda body, number: (429, {"retry-after": "3600"}, b"{}") if number > 2 else None
    assert "the server asks to wait 3600 s" in said(ask, max_concurrency=1)
    server.fault = lambda body, number: None
    assert len(server.take()) == 3
    ask()
    assert len(server.take()) == 1


def test_a_server_without_batches_is_named_before_the_first_request(ask: Ask, server: Server) -> None:
    """The tests' own server knows no /v1/batches."""
    assert "the server has no Batch API; remove `mode: batch` from servers.mine" in said(ask, mode="batch", poll_s=0.2)
    assert server.log == []


@pytest.mark.slow
def test_a_server_that_does_not_take_the_connection(ask: Ask) -> None:
    """A listener whose queue is full: connecting takes forever."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(8):
            each = socket.socket()
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
            waiting.append(each)
        port = listener.getsockname()[1]
        assert re.search(
            rf"nothing answers at 127\.0\.0\.1:{port} \(timed out\)", said(ask, base_url=f"http://127.0.0.1:{port}/v1")
        )
        for each in waiting:
            each.close()


def test_a_rate_limit_without_a_wait_is_not_asked_over_and_over(ask: Ask, server: Server) -> None:
    """A server may answer `Retry-After: 0` for ever: between two tries there is a wait all the same."""
    server.fault = lambda body, number: (429, {"retry-after": "0"}, b"{}") if number <= 2 else None
    began = time.monotonic()
    assert all(result.failure is None for result in ask(("a",), max_retries=3))
    assert len(server.take()) == 3
    assert time.monotonic() - began >= 1.0
