"""A server that takes its time, and what of its replies a project's store holds."""

import json
import sqlite3
import threading
import time
from hashlib import sha256
from typing import Any

from seedbed.exchange.requests import Request
from tests.harness import Answer, Project, Server, completion, reply_to

LATENCY_S = 0.12


class SlowServer:
    """Adds latency to a server, and remembers when it began and finished each reply."""

    def __init__(self, server: Server) -> None:
        self.began: list[str] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        server.fault = self.answer

    def answer(self, body: dict[str, Any], number: int) -> Answer:
        with self._lock:
            self.began.append(sha256(json.dumps(body, sort_keys=True).encode()).hexdigest())
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        time.sleep(LATENCY_S)
        with self._lock:
            self._now -= 1
        return 200, {}, completion(reply_to(body))


def stored(project: Project) -> set[str]:
    """Return the digests of the bodies whose responses are in the store."""
    path = project.root / ".dvc" / "seedbed" / "store.sqlite"
    if not path.is_file():
        return set()
    with sqlite3.connect(path) as database:
        made = database.execute("select count(*) from sqlite_master where name = 'responses'").fetchone()[0]
        rows = database.execute("select request from responses").fetchall() if made else []
    database.close()
    bodies = (Request("", json.loads(text)).body() for (text,) in rows)
    return {sha256(json.dumps(body, sort_keys=True).encode()).hexdigest() for body in bodies}
