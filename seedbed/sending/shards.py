"""Requests out to any engine and its answers back: files of OpenAI batch lines, which need no knowledge of us.

A folder holds `requests.jsonl`, with every request whole, and shards, which an engine reads:

    {"body": {"messages": […], "model": "good"}, "custom_id": "5f2c…", "method": "POST", "url": "/v1/chat/completions"}

An engine's answers are files beside or below them, `*.jsonl` or `*.jsonl.gz`, in any order, with lines as the Batch API gives:

    {"custom_id": "5f2c…", "error": null, "response": {"body": {"choices": […]}, "status_code": 200}}
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from seedbed.exchange.requests import Request, body_text, request_of
from seedbed.exchange.responses import Response, from_chat_completion, from_embeddings
from seedbed.project.params_types import Server
from seedbed.recorded.opening import opened
from seedbed.sending.batch import MAX_BYTES, MAX_REQUESTS, answer_in, line_of, refusal_in
from seedbed.store.store import Store
from seedbed.util.canonical import canonical, parse_json
from seedbed.util.errors import UserError
from seedbed.util.rows import expect_empty, writing
from seedbed.util.safe_text import safe
from seedbed.util.words import count, few

MANIFEST = "requests.jsonl"
_AT_ONCE = 1000
"""Responses in one transaction, so that others wait shortly."""
_LONGEST = 64 * 1024 * 1024
"""Bytes of one line; a longer one is no answer of a model."""
_LINE_BREAKS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\x85\u2028\u2029"}
"""JSON lets them stand as they are, and some programs end a line at them."""
_NAMED = 20
"""Places that do not belong which are named one by one."""


def write_shards(
    folder: Path, requests: Iterable[tuple[str, Request]], servers: Mapping[str, Server], shards: int | None = None
) -> list[Path]:
    """Write requests as shards of batch lines, one model's and one kind's each, and the manifest last.

    Args:
        folder: where to; new, or empty.
        requests: (stage, request), no key twice.
        servers: how each endpoint is reached, by its id; says what a server calls the limit of a reply.
        shards: files for each model; None for as few as the Batch API's limits allow.

    Returns:
        The shards.

    Raises:
        UserError: the folder holds something, or cannot be written.
    """
    expect_empty(folder)  # no shard of another export stays in it
    groups: dict[tuple[str, str, str], list[tuple[str, Request]]] = {}
    for stage, request in requests:
        content = request.content
        url = "/v1/embeddings" if request.is_embedding else "/v1/chat/completions"
        groups.setdefault((content["endpoint"], content["model"], url), []).append((stage, request))
    written: list[Path] = []
    for place, ((endpoint, _, _), asked) in enumerate(groups.items()):
        name = endpoint if len(groups) == 1 else f"{endpoint}-{place + 1}"
        limit = servers.get(endpoint, {}).get("output_limit", "max_tokens")
        lines = (
            line_of(request.key, body_text(request.body(limit)), "/v1/embeddings" if request.is_embedding else _CHAT)
            for _, request in asked
        )
        parts = _even(lines, len(asked), shards) if shards else _within_limits(lines)
        for number, part in enumerate(parts):
            path = folder / f"{name}-{number:05}.jsonl"
            with writing(path) as file:
                file.writelines(line.translate(_LINE_BREAKS) for line in part)
            written.append(path)
    with writing(folder / MANIFEST) as file:
        for asked in groups.values():
            for stage, request in asked:
                file.write(canonical({"id": stage, "key": request.key, "request": request.content}) + "\n")
    return written


_CHAT = "/v1/chat/completions"


def _even(lines: Iterator[str], total: int, shards: int) -> Iterator[Iterable[str]]:
    """Yield parts that differ by one line at most; none is empty."""
    shards = min(shards, total)
    for number in range(shards):
        yield list(islice(lines, total * (number + 1) // shards - total * number // shards))


def _within_limits(lines: Iterator[str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for line in lines:
        length = len(line.encode())
        if part and (len(part) == MAX_REQUESTS or size + length > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(line)
        size += length
    if part:
        yield part


@dataclass
class Imported:
    """What an import came to.

    Attributes:
        new: responses that were committed, among them answers that took the place of an error.
        known: answers to requests that have a response already.
        again: lines that say that a request failed in a way that may pass: it is missing still, and exported again.
        refused: what the first error said that every request would meet, such as an unknown model; None where none did.
        files: files that hold answers.
        strange: what does not belong: by (file, why), its first line or None for the whole file, what that says, how many.
        left_out: how many lines or whole files do not belong.
        passed_over: files whose names are not those of answers.
        open: requests of the manifests that have no response yet.
    """

    new: int = 0
    known: int = 0
    again: int = 0
    refused: str | None = None
    files: int = 0
    strange: dict[tuple[str, str], tuple[int | None, str, int]] = field(default_factory=dict)
    left_out: int = 0
    passed_over: list[str] = field(default_factory=list)
    open: int = 0

    def leave_out(self, file: str, line: int | None, why: str, says: str = "") -> None:
        """Count a line, or a whole file, that does not belong; lines of one file that do not for one reason are one entry."""
        self.left_out += 1
        first, quoted, lines = self.strange.get((file, why), (line, says, 0))
        self.strange[file, why] = first, quoted, lines + 1

    @property
    def looked_at(self) -> int:
        """Lines that said something, and files that could not be read."""
        return self.new + self.known + self.again + self.left_out


def import_shards(store: Store, folder: Path) -> Imported:
    """Commit the answers that lie in a folder, whose requests its manifest knows; twice, or in part, does no harm.

    Where one line says that a request failed and another has its answer, the answer counts, whichever came first.

    The memory that it takes grows with neither the requests nor the answers. What is committed stays so where it is stopped.

    Args:
        store: opened to write.
        folder: as `write_shards` wrote it, with files of answers in it, at any depth.

    Raises:
        UserError: there is no manifest, or a line of it is damaged: nothing is committed then.
    """
    manifests = sorted(folder.rglob(MANIFEST))
    if not manifests:
        raise UserError(
            f"{folder}: {MANIFEST} is missing, which lists the requests; give the folder that `seedbed requests export` "
            "wrote, with the answers in it"
        )
    store.rows("pragma mmap_size = 0")  # mapped pages count as memory
    imported = Imported()
    with closing(_Manifest(manifests)) as known:
        for path in sorted(folder.rglob("*")):
            if path.name == MANIFEST or not path.is_file() or path.name.startswith("."):
                continue
            if not path.name.endswith((".jsonl", ".jsonl.gz")):
                imported.passed_over.append(str(path.relative_to(folder)))
                continue
            before = imported.looked_at
            exchanges = _answers(path, folder, known, imported)
            while some := list(islice(exchanges, _AT_ONCE)):
                new = store.take_over(some, over_errors=True)
                imported.new += new
                imported.known += len(some) - new
            imported.files += imported.looked_at > before
        imported.open = sum(len(keys) - len(store.get(keys)) for keys in known.batches())
    return imported


def report(imported: Imported) -> Iterator[str]:
    """Yield what an import came to, a line each."""
    parts = [f"{count(imported.new, 'new response')} from {count(imported.files, 'file')}"]
    parts += [f"{count(imported.known, 'was', 'were')} there already"] if imported.known else []
    parts += [f"{count(imported.again, 'temporary error')}"] if imported.again else []
    yield f"{', '.join(parts)}; {count(imported.open, 'request has', 'requests have')} no response yet"
    if imported.refused:
        yield f"the engine rejects something that every request contains: {imported.refused}"
    for (file, why), (first, says, lines) in list(imported.strange.items())[:_NAMED]:
        place = file if first is None else f"{file}:{first}"
        yield f"{place}: {why}{says}" + (f"; the same in {count(lines - 1, 'more line', 'more lines')}" if lines > 1 else "")
    if (more := len(imported.strange) - _NAMED) > 0:
        yield f"and lines in {count(more, 'more place')} do not match"
    if imported.passed_over:
        names = few([safe(name) for name in imported.passed_over], 5)
        yield f"ignored, since answers must be in files named *.jsonl or *.jsonl.gz: {names}"


class _Manifest:
    """Where each request stands in the manifests, in a file of its own on the disk that goes when it is closed."""

    def __init__(self, paths: list[Path]) -> None:
        self._db = sqlite3.connect("")  # on the disk, deleted at the end
        self._db.execute("create table places (key text primary key, file integer, start integer) without rowid")
        self._files = [path.open("rb") for path in paths]
        self._paths = paths
        try:
            for number in range(len(paths)):
                self._db.executemany("insert or ignore into places values (?, ?, ?)", self._places(number))
        except BaseException:
            self.close()
            raise

    def _places(self, number: int) -> Iterator[tuple[str, int, int]]:
        file, start, line_number = self._files[number], 0, 0
        while line := file.readline(_LONGEST):
            line_number += 1
            yield self._request(line, f"{self._paths[number]}:{line_number}")[1].key, number, start
            start = file.tell()

    def _request(self, line: bytes, where: str) -> tuple[str, Request]:
        try:
            row = parse_json(line.decode())
            stage, request = row["id"], request_of(row["key"], row["request"])
            if not isinstance(stage, str):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UserError(
                f"{where}: this line is not a request with its key; the file was changed or damaged, so nothing was imported; "
                "restore the file, or export again"
            ) from None
        return stage, request

    def find(self, key: str) -> tuple[str, Request] | None:
        """Return (stage, request) of a key; None where no manifest has it."""
        row = self._db.execute("select file, start from places where key = ?", (key,)).fetchone()
        if row is None:
            return None
        self._files[row[0]].seek(row[1])
        return self._request(self._files[row[0]].readline(_LONGEST), str(self._paths[row[0]]))

    def batches(self) -> Iterator[list[str]]:
        """Yield all keys, some at a time."""
        cursor = self._db.execute("select key from places")
        while some := cursor.fetchmany(_AT_ONCE):
            yield [key for (key,) in some]

    def close(self) -> None:
        """Close the manifests, and delete the file."""
        self._db.close()
        for file in self._files:
            file.close()


def _answers(path: Path, folder: Path, known: _Manifest, imported: Imported) -> Iterator[tuple[str, Request, Response]]:
    """Yield what the lines of a file answer; what they say else is counted."""
    name = safe(str(path.relative_to(folder)))
    if not path.stat().st_size:  # the file of errors of a batch without any
        return
    try:
        with opened(path) as ready:
            if ready.kind != "text":
                raise UserError(f"{path}: a {ready.kind} file; expected JSON Lines")
            yield from _answers_in(ready.path, name, known, imported)
    except UserError as error:
        imported.leave_out(name, None, str(error).removeprefix(f"{path}: "))


def _answers_in(path: Path, name: str, known: _Manifest, imported: Imported) -> Iterator[tuple[str, Request, Response]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LONGEST):
            number += 1
            if len(line) == _LONGEST and not line.endswith(b"\n"):
                imported.leave_out(name, number, f"a line of more than {_LONGEST >> 20} MB")
                while line and not line.endswith(b"\n"):
                    line = file.readline(_LONGEST)
                continue
            text = line.decode(errors="replace").strip()
            if not text:
                continue
            found = _found(text, known)
            if isinstance(found, _Strange):
                imported.leave_out(name, number, found.why, found.says)
            elif found is not None:
                stage, request = found
                answer = answer_in(text, from_embeddings if request.is_embedding else from_chat_completion)
                if answer is None:
                    imported.again += 1
                    imported.refused = imported.refused or refusal_in(text)
                else:
                    yield stage, request, answer[1]


class _Strange(NamedTuple):
    """Why a line does not belong, and what of it is told of the first such line only."""

    why: str
    says: str = ""


def _found(text: str, known: _Manifest) -> tuple[str, Request] | _Strange | None:
    """Return (stage, request) that a line answers, why it does not belong, or None where it is a request itself."""
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return _Strange("not JSON, or a truncated line")
    if not isinstance(row, dict) or not isinstance(row.get("custom_id"), str):
        return _Strange("not a line of a batch: custom_id is missing")
    key = row["custom_id"]
    if "response" not in row and "error" not in row:
        return None if "body" in row else _Strange("neither a response nor an error")
    return known.find(key) or _Strange("an answer to an unknown request", f", which has the key {safe(key[:12])}")
