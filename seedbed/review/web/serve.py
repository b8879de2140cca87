"""Run the page: a server on this machine, and the browser opened at it."""

import os
import socket
import threading
import time
import webbrowser
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlencode

import uvicorn

from seedbed.project import paths
from seedbed.review.ballots import load_answers
from seedbed.review.demo import temporary_copy
from seedbed.review.drawing import log_draw
from seedbed.review.web.app import create_app, is_loopback
from seedbed.review.web.state import Settings, State
from seedbed.util.errors import UserError
from seedbed.util.words import count

_MANY_ROWS = 1000
"""Rows whose reading takes a second or so."""


def run_review(settings: Settings, port: int, open_browser: bool) -> None:
    """Serve the page until it is interrupted.

    Args:
        settings: what the command line said.
        port: 0 takes a free one.
        open_browser: whether to open the page.

    Raises:
        UserError: the address cannot be listened on, is not loopback and has no token, or the build is missing.
    """
    app = create_app(settings)
    state = app.state.review
    names = state.worklist.names
    for name in [name for name in names if state.worklist.is_built(name)] or names:
        _read_rows(state, name)  # what is wrong with the files is said here, before a browser opens
    if settings.draw:
        answers = load_answers(state.worklist.params, state.files)
        print(log_draw(state.worklist.params, answers, settings.draw), flush=True)  # before the first vote is asked for
    with _listen(settings.host, port) as listening:
        url = url_of(settings, listening.getsockname()[1])
        links = count(len(state.invites.people()), "person has", "people have")
        print(f"review at {url}{'' if state.is_open else f'; {links} a link'} (Ctrl+C ends it)", flush=True)
        if open_browser and is_loopback(settings.host):
            threading.Timer(0.5, webbrowser.open, [url]).start()
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
        with suppress(KeyboardInterrupt):  # its way to end
            uvicorn.Server(config).run(sockets=[listening])


def run_demo(settings: Settings, port: int, open_browser: bool) -> None:
    """Serve the page on a temporary copy until it is interrupted, and delete the copy.

    Raises:
        UserError: as `run_review` and `temporary_copy` do.
    """
    print("--demo: preparing a copy", flush=True)
    with temporary_copy() as what:
        print(f"--demo: on {what}; your files are not changed", flush=True)
        run_review(replace(settings, demo=True), port, open_browser)
    print("--demo: the copy is deleted", flush=True)


def _read_rows(state: State, name: str) -> None:
    """Read a corpus, and say so where that takes a while."""
    path, began = paths.translated(name), time.monotonic()
    rows = path.read_bytes().count(b"\n") if path.is_file() else 0
    if rows >= _MANY_ROWS:
        print(f"reading {rows:,} rows of {name}, and looking for rows that need work … ", end="", flush=True)
    state.worklist.corpus(name)
    if rows >= _MANY_ROWS:
        print(f"ready in {time.monotonic() - began:.0f} s", flush=True)


def url_of(settings: Settings, port: int) -> str:
    """Return the address to open, with the token that lets a visitor in."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}/" + (f"?{urlencode({'token': settings.token})}" if settings.token else "")


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise UserError(f"cannot listen on {host}:{port}: {reason}; choose another with --port, or 0 for a free one") from None
