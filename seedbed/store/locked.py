"""Fetch transcripts named in `dvc.lock` from the DVC remote, if they are missing in the cache.

A build must not pay for what somebody has paid for and pushed, only because a `dvc pull` was forgotten. So a stage that misses
a response looks for its own transcript of the lock; and for the other side's, where the lock is still one side's of a merge.
Where something is missing still it looks further: a rebase leaves the other side in the commits below, and a squash, or a
merge that was cherry-picked, in a branch that is no ancestor.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from seedbed.project import paths
from seedbed.store.database import RENAMED
from seedbed.store.transcripts import locked_transcripts, whole_blob
from seedbed.util.errors import UserError
from seedbed.util.git import file_at, git_text
from seedbed.util.safe_text import quoted

_HEADS = ("MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD")
"""What git names the other side while a merge is not committed."""
_MERGES = 3
"""Merges back in time that are looked at; a stage that was built since one has the responses of both sides."""
_COMMITS, _OTHERS = 20, 20
"""Branches, commits back in time and places where the user was that are looked at; how many of their transcripts are tried."""
_SQUASH, _SQUASHED = "^Squashed commit of the following:$", re.compile(r"^commit ([0-9a-f]{40,64})$", re.MULTILINE)
"""How git's message for a squash begins, and the commits in it, the newest first."""


@dataclass(frozen=True)
class Lacking:
    """A transcript that cannot be fetched.

    Attributes:
        digest: its MD5.
        why: what the DVC remote said; None where there is no remote.
        branch: whose `dvc.lock` names it, where it is another branch's.
    """

    digest: str
    why: str | None
    branch: str | None = None


Bring = Callable[[str, Callable[[str], bool]], tuple[list[str], list[Lacking]]]
"""`bring_transcripts` or `bring_others`."""


def bring_transcripts(stage: str, has_read: Callable[[str], bool]) -> tuple[list[str], list[Lacking]]:
    """Have the transcripts in the DVC cache that hold what a stage misses, by `dvc.lock` and by both sides of a merge.

    Args:
        stage: the stage's name.
        has_read: whether the store holds all of the transcript with this MD5.

    Returns:
        The MD5s of those that are in the cache now, and were not read; and those that cannot be had.
    """
    return _bring(_transcripts_of(stage), has_read)


def bring_others(stage: str, has_read: Callable[[str], bool]) -> tuple[list[str], list[Lacking]]:
    """Have further transcripts in the DVC cache that may hold what a stage misses; none of them is required.

    Those are of what the stage was called before, of other branches, of earlier commits, and of commits where the user was.

    Args:
        stage: the stage's name.
        has_read: whether the store holds all of the transcript with this MD5.

    Returns:
        The MD5s of those that are in the cache now, and were not read; and those of other branches that cannot be had.
    """
    branches = _digests(stage, _branches())
    candidates = dict.fromkeys([*_of_stages_no_more(stage), *branches, *_digests(stage, _earlier())])
    brought, lacking = _bring(islice((each for each in candidates if not has_read(each)), _OTHERS), has_read)
    return brought, [Lacking(each.digest, each.why, branches[each.digest]) for each in lacking if each.digest in branches]


def fetch(digests: Iterable[str]) -> list[Lacking]:
    """Have blobs in the DVC cache: those of the cache, where they are whole, or those of the default DVC remote.

    Returns:
        Those that cannot be had.
    """
    absent = [digest for digest in digests if not whole_blob(digest)]
    if not absent:
        return []
    if not paths.may_have_remote():  # asked first, since DVC takes half a second to say so
        return [Lacking(digest, None) for digest in absent]
    from dvc.config import NoRemoteError
    from dvc.repo import Repo
    from dvc_data.hashfile.hash_info import HashInfo

    logging.getLogger("dvc").setLevel(logging.ERROR)  # what is missing is said below, once
    hashes = {digest: HashInfo("md5", digest) for digest in absent}
    failed: set[HashInfo] = set()
    error_text = ""
    try:
        with Repo() as repo:
            repo.cloud.get_remote_odb()
            for digest in absent:
                paths.blob(digest).unlink(missing_ok=True)  # damaged, and DVC would believe it
            failed = repo.cloud.pull({*hashes.values()}).failed
    except NoRemoteError:
        return [Lacking(digest, None) for digest in absent]
    except Exception as error:  # whatever the client of some cloud raises
        error_text = quoted(f"{type(error).__name__}: {error}")
    lacking = []
    for digest in absent:
        if not whole_blob(digest):
            damaged = paths.blob(digest).is_file() or hashes[digest] in failed
            paths.blob(digest).unlink(missing_ok=True)
            lacking.append(Lacking(digest, error_text or ("what it has is damaged" if damaged else "it lacks it")))
    return lacking


def _bring(digests: Iterable[str], has_read: Callable[[str], bool]) -> tuple[list[str], list[Lacking]]:
    """Have the blobs of those that were not read; return those that are there now, and what is lacking."""
    unread = [digest for digest in dict.fromkeys(digests) if not has_read(digest)]
    lacking = fetch(unread)
    absent = {each.digest for each in lacking}
    return [digest for digest in unread if digest not in absent], lacking


def _transcripts_of(stage: str) -> Iterator[str]:
    """Yield the MD5 of a stage's transcript in `dvc.lock`, then those of the other sides of merges.

    Where `dvc.lock` is gone, or a conflict was resolved without the stage, the last commit's is taken for it.
    """
    locked = _digest(stage, None) or _digest(stage, "HEAD")
    known = {locked} if locked else set()
    yield from known
    for base, sides in _merges():  # the latest first: a side of it may be what an earlier one came to
        digests = [digest for side in sides if (digest := _digest(stage, side))]
        if known & {*digests}:  # else the stage was built since
            yield from (digest for digest in digests if digest not in {*known, _digest(stage, base)})
            known |= {*digests}


def _merges() -> Iterator[tuple[str, list[str]]]:
    """Yield the base and the sides of the merge that is under way, and of the latest merges, squashes among them."""
    other = next((head for head in _HEADS if git_text("rev-parse", "--verify", "--quiet", head) is not None), None)
    path = Path((git_text("rev-parse", "--git-path", "SQUASH_MSG") or "").strip())
    if path.is_file():  # git has no head for the other side of a squash
        other = other or _squashed(path.read_text(encoding="utf-8", errors="replace"))
    if other:
        yield _base("HEAD", other), ["HEAD", other]
    merges = git_text("log", "--merges", f"--max-count={_MERGES}", "--format=%P", "HEAD") or ""
    for line in merges.splitlines():
        yield _base(*line.split()[:2]), line.split()
    squashes = git_text("log", f"--grep={_SQUASH}", f"--max-count={_MERGES}", "--format=%x00%P%n%B", "HEAD") or ""
    for message in squashes.split("\0")[1:]:
        parent = message.partition("\n")[0]
        if parent and (other := _squashed(message)):
            yield _base(parent, other), [parent, other]


def _squashed(message: str) -> str | None:
    """Return the newest commit that a squash took, by git's own message for it."""
    match = _SQUASHED.search(message)
    return match[1] if match else None


def _branches() -> Iterator[str]:
    """Yield the names of the branches, here and in the remotes as last seen, that HEAD does not have; the newest first."""
    query = ("for-each-ref", "--no-merged=HEAD", "--sort=-committerdate", f"--count={_COMMITS}", "--format=%(refname:short)")
    yield from (git_text(*query, "refs/heads", "refs/remotes") or "").split()


def _earlier() -> Iterator[str]:
    """Yield the latest commits of the lock, what was fetched last, and where the user was, on a branch that may be gone.

    After a rebase, the other's responses are in the transcript of a commit below, and no merge says so.
    """
    for query in (["HEAD", "--", str(paths.DVC_LOCK)], ["--no-walk", "FETCH_HEAD"], ["--walk-reflogs", "HEAD"]):
        yield from (git_text("log", f"--max-count={_COMMITS}", "--format=%H", *query) or "").split()


def _base(one: str, other: str) -> str:
    """Return the commit that two have in common; empty where there is none."""
    return (git_text("merge-base", one, other) or "").strip()


def _digest(stage: str, revision: str | None) -> str | None:
    """Return the MD5 of a stage's transcript by the `dvc.lock` of a revision; of the working tree where None is given."""
    lock = file_at(revision, paths.DVC_LOCK) if revision else None
    return None if revision and lock is None else _digest_in(lock, stage)


def _digest_in(lock: bytes | None, stage: str) -> str | None:
    """Return the MD5 of a stage's transcript by the text of a `dvc.lock`; by that of the working tree where None is given."""
    transcripts = locked_transcripts(paths.DVC_LOCK, None if lock is None else lock.decode(errors="replace"))
    return next((digest for name, digest in transcripts if RENAMED.get(name, name) == stage), None)


def _digests(stage: str, revisions: Iterable[str]) -> dict[str, str]:
    """Return the MD5s of a stage's transcripts by the locks of revisions, each with the first; one that is damaged has none."""
    revisions_by_digest: dict[str, str] = {}
    seen: set[bytes | None] = {None}
    for revision in dict.fromkeys(revisions):
        lock = file_at(revision, paths.DVC_LOCK)
        if lock not in seen:
            seen.add(lock)
            with suppress(UserError):
                if digest := _digest_in(lock, stage):
                    revisions_by_digest.setdefault(digest, revision)
    return revisions_by_digest


def _of_stages_no_more(stage: str) -> list[str]:
    """Return the MD5s that `dvc.lock` still has of stages that `dvc.yaml` no longer has, and that may have been this one.

    Those are not required: a model that was renamed asks what the other asked.
    """
    family = stage.partition("@")[0]
    locked = {name: digest for name, digest in locked_transcripts(paths.DVC_LOCK) if name.partition("@")[0] == family}
    if not {*locked} - {stage}:
        return []
    from dvc.repo import Repo

    with Repo() as repo:
        present = {each.addressing for each in repo.index.stages}
    return [digest for name, digest in locked.items() if name not in present and name != stage]
