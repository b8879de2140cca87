"""Claims on requests being sent, so that two processes with one store never pay for the same request.

A request is *claimed* just before it is sent, and the claim ends with its response. It belongs to an owner: a process, known by
a file that it holds under a lock, which ends with the process however it ends, and which no later process of the same number
has. What an owner that is gone had claimed is anybody's. A request that was sent in a batch is claimed by that batch, until all
that the batch brought is in the store.
"""

import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from seedbed.store.store import Store
from seedbed.util.errors import UserError

_CLAIM = "insert or ignore into claims (key, owner) select ?1, ?2 where not exists (select 1 from responses where key = ?1)"
_TRUSTED_S = 0.5
"""How long an owner that was seen alive is taken to be so."""


class Batch(NamedTuple):
    """A batch, as the store knows it.

    Attributes:
        id: the provider's.
        endpoint: its id in `params.yaml`.
        stage: that sent it.
        sent: when, in UTC; None for one that an older Seedbed sent.
        requests: how many it was sent with; None for one that an older Seedbed sent.
        open: how many of them have no response in the store.
        state: `open`, `read` (all that it brought is in the store) or `forgotten`.
        owner: the process that waits for it, or did.
    """

    id: str
    endpoint: str
    stage: str
    sent: str | None
    requests: int | None
    open: int
    state: str
    owner: str | None

    @property
    def words(self) -> str:
        """What is known of it, for messages."""
        how_many = f"{self.requests} requests" if self.requests is not None else "requests"
        when = f", sent {self.sent} UTC" if self.sent else ""
        return f"batch {self.id} ({how_many} of {self.stage} to the endpoint {self.endpoint!r}{when})"


class Claims:
    """What this process claims, and whether what others claim still holds. Close it.

    Args:
        store: opened to write.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = owners(store)
        self._folder.mkdir(parents=True, exist_ok=True)
        _sweep(self._folder)
        self._owner = secrets.token_hex(8)
        self._path = self._folder / f"{self._owner}.lock"
        self._lock = FileLock(self._path)
        self._lock.acquire()
        self._seen: dict[str, float] = {}

    def close(self) -> None:
        """Give up what is claimed and was not sent in a batch; a batch stays to be picked up."""
        with suppress(UserError):  # a full disk: the claims end with the lock
            self._store.change("delete from claims where owner = ? and batch is null", (self._owner,))
        self._path.unlink(missing_ok=True)
        self._lock.release()

    def take(self, keys: Sequence[str]) -> set[str]:
        """Claim requests, also those claimed by dead processes, except batches; return the requests that are now claimed.

        Of the others there is a response by now, or somebody else's claim (`held`).
        """
        with self._store.at_once() if len(keys) > 1 else nullcontext():  # one statement is a transaction by itself
            ours = {key for key in keys if self._store.change(_CLAIM, (key, self._owner))}
        for key, (owner, batch) in self._holders(key for key in keys if key not in ours).items():
            if batch is None and (owner == self._owner or (not self._lives(owner) and self._take_over(key, owner))):
                ours.add(key)
        return ours

    def held_by_others(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Return those of `keys` that somebody else claims, with the batch that they are in, if they are in one."""
        return {key: batch for key, (owner, batch) in self._holders(keys).items() if owner != self._owner}

    def batches_of(self, keys: Iterable[str]) -> set[str]:
        """Return the batches that contain `keys`, whether or not a build waits for them."""
        return {batch for _, batch in self._holders(keys).values() if batch is not None}

    def release(self, key: str) -> None:
        """Give up the claim on a request that brought no response."""
        self._store.change("delete from claims where key = ? and owner = ? and batch is null", (key, self._owner))

    def open_batch(self, id: str, endpoint: str, stage: str, keys: Sequence[str]) -> None:
        """Note a batch of claimed requests, before it is waited for; it is theirs to be claimed by from now on."""
        with self._store.at_once():
            self._store.change(
                "insert into batches (id, endpoint, stage, owner, sent, requests) values (?, ?, ?, ?, datetime(), ?) "
                "on conflict do update set owner = excluded.owner",
                (id, endpoint, stage, self._owner, len(keys)),
            )
            for key in keys:
                self._store.change("update claims set batch = ? where key = ? and owner = ?", (id, key, self._owner))

    def pick_up(self, id: str) -> bool:
        """Make a batch that was left open ours; False where somebody waits for it."""
        ((owner,),) = self._store.rows("select owner from batches where id = ?", (id,))
        if owner not in (None, self._owner) and not _is_gone(self._folder / f"{owner}.lock"):
            return False
        with self._store.at_once():
            taken = self._store.change("update batches set owner = ? where id = ? and owner is ?", (self._owner, id, owner))
            if taken:
                self._store.change("update claims set owner = ? where batch = ?", (self._owner, id))
        return bool(taken)

    def let_go(self, id: str, keys: Iterable[str]) -> None:
        """Release a batch's claim on its requests without a response, so that they are sent again."""
        with self._store.at_once():
            for key in keys:
                self._store.change("delete from claims where key = ? and batch = ?", (key, id))

    def _holders(self, keys: Iterable[str]) -> dict[str, tuple[str, str | None]]:
        """Return (owner, batch) of the claims that there are on `keys`."""
        query = "select owner, batch from claims where key = ?"
        answers = {key: self._store.rows(query, (key,)) for key in keys}
        return {key: (rows[0][0], rows[0][1]) for key, rows in answers.items() if rows}

    def _take_over(self, key: str, owner: str) -> bool:
        query = "update claims set owner = ? where key = ? and owner = ? and batch is null"
        return bool(self._store.change(query, (self._owner, key, owner)))

    def _lives(self, owner: str) -> bool:
        now = time.monotonic()
        if now - self._seen.get(owner, -_TRUSTED_S) < _TRUSTED_S:
            return True
        if _is_gone(self._folder / f"{owner}.lock"):
            return False
        self._seen[owner] = now
        return True


def batches(store: Store, condition: str = "1", values: Iterable[str] = ()) -> list[Batch]:
    """Return the batches that the store knows, in the order in which they were sent.

    Args:
        store: where they are noted.
        condition: in SQL, on the columns of `batches`.
        values: of its question marks.
    """
    rows = store.rows(
        "select id, endpoint, stage, sent, requests, (select count(*) from claims where batch = id "
        "and not exists (select 1 from responses where responses.key = claims.key)), "
        f"case read when 0 then 'open' when 1 then 'read' else 'forgotten' end, owner from batches where {condition} "
        "order by rowid",
        values,
    )
    return [Batch(*row) for row in rows]


def close_batch(store: Store, id: str, forgotten: bool = False) -> None:
    """Note that all that a batch brought is in the store, or that it is forgotten; its other requests may be sent again."""
    with store.at_once():
        store.change("update batches set read = ?, owner = null where id = ?", (2 if forgotten else 1, id))
        store.change("delete from claims where batch = ?", (id,))


def is_waited_for(store: Store, batch: Batch) -> bool:
    """Whether a process waits for a batch now."""
    return batch.owner is not None and not _is_gone(owners(store) / f"{batch.owner}.lock")


def owners(store: Store) -> Path:
    """Return the folder of the files that the processes hold which send over a store."""
    return store.path.parent / "locks" / "owners"


def living_owners(store: Store) -> int:
    """Return how many processes are sending over a store now."""
    return sum(not _is_gone(path) for path in owners(store).glob("*.lock"))


def _sweep(folder: Path) -> None:
    """Delete the files of owners that are gone: they are killed seldom, and each leaves an empty one."""
    for path in folder.glob("*.lock"):
        _is_gone(path)


def _is_gone(path: Path) -> bool:
    """Whether nobody holds an owner's file; it is deleted then."""
    if not path.is_file():
        return True
    lock = FileLock(path)
    try:
        with lock.acquire(timeout=0):
            path.unlink(missing_ok=True)
    except Timeout:
        return False
    return True
