"""The transcripts that a stage's responses may be in by `dvc.lock`, brought from the DVC remote where the cache lacks them.

A build must not pay for what somebody has paid for and pushed, only because a `dvc pull` was forgotten. So a stage that misses
a response looks for its own transcript of the lock; and for the other side's, where the lock is still one side's of a merge.
Where that brings nothing it looks for those of the latest commits, since a rebase leaves the other side there.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seedbed.project import paths
from seedbed.store.store import RENAMED
from seedbed.store.transcripts import locked_transcripts, whole_blob
from seedbed.util.git import file_at, git_text
from seedbed.util.saying import quoted

_HEADS = ("MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD")
"""What git names the other side while a merge is not committed."""
_MERGES = 3
"""Merges back in time that are looked at; a stage that was built since one has the responses of both sides."""
_COMMITS, _EARLIER = 20, 5
"""Commits of `dvc.lock` back in time that are looked at, and how many transcripts of theirs are tried, and never required."""


@dataclass(frozen=True)
class Lacking:
    """A transcript that cannot be had.

    Attributes:
        digest: its MD5.
        why: what the DVC remote said; None where there is no remote.
    """

    digest: str
    why: str | None


class NoRemote(Exception):
    """The project has no default DVC remote."""


def bring_transcripts(stage: str, has_read: Callable[[str], bool]) -> tuple[list[str], list[Lacking]]:
    """Have the transcripts in the DVC cache that may hold what a stage misses.

    Args:
        stage: the stage's name.
        has_read: whether the store holds all of the transcript with this MD5.

    Returns:
        The MD5s of those that are in the cache now, and were not read; and those that cannot be had.
    """
    there: list[str] = []
    lacking: list[Lacking] = []
    for digest in dict.fromkeys(_wanted(stage)):
        if has_read(digest):
            continue
        if lack := _lack(digest):
            lacking.append(lack)
        else:
            there.append(digest)
    if there:
        return there, lacking
    # Neither is required: what the stage was called before, and what earlier commits had.
    others = dict.fromkeys([*_of_stages_no_more(stage), *_earlier(stage)])
    return [digest for digest in others if not has_read(digest) and not _lack(digest)], lacking


def fetch(digest: str) -> str | None:
    """Have one blob in the DVC cache: that of the cache, where it is whole, or that of the default DVC remote.

    Returns:
        None where it is there; why it is not, in words, otherwise.

    Raises:
        NoRemote: it is not in the cache, and the project has no default DVC remote.
    """
    blob = paths.blob(digest)
    if whole_blob(digest):
        return None
    if not paths.may_have_remote():  # asked first, since DVC takes half a second to say so
        raise NoRemote
    from dvc.config import NoRemoteError
    from dvc.repo import Repo
    from dvc_data.hashfile.hash_info import HashInfo

    logging.getLogger("dvc").setLevel(logging.ERROR)  # what is missing is said below, once
    try:
        with Repo() as repo:
            repo.cloud.get_remote_odb()
            blob.unlink(missing_ok=True)  # damaged, and DVC would believe it
            failed = repo.cloud.pull({HashInfo("md5", digest)}).failed
    except NoRemoteError:
        raise NoRemote from None
    except Exception as error:  # whatever the client of some cloud raises
        return quoted(f"{type(error).__name__}: {error}")
    if whole_blob(digest):
        return None
    came = blob.is_file()
    blob.unlink(missing_ok=True)
    return "what it has is damaged" if came or failed else "it lacks it"


def _lack(digest: str) -> Lacking | None:
    """Have a blob in the DVC cache; return what is to be said where it cannot be had."""
    try:
        why = fetch(digest)
    except NoRemote:
        return Lacking(digest, None)
    return None if why is None else Lacking(digest, why)


def _wanted(stage: str) -> Iterator[str]:
    """Yield the MD5 of a stage's transcript in `dvc.lock`, then those of the other sides of merges.

    Where `dvc.lock` is gone, or a conflict was resolved without the stage, the last commit's is taken for it.
    """
    locked = _digest(stage, None) or _digest(stage, "HEAD")
    known = {locked} if locked else set()
    yield from known
    for base, sides in _merges():  # the latest first: a side of it may be what an earlier one came to
        digests = [found for side in sides if (found := _digest(stage, side))]
        if known & {*digests}:  # else the stage was built since
            yield from (found for found in digests if found not in {*known, _digest(stage, base)})
            known |= {*digests}


def _merges() -> Iterator[tuple[str, list[str]]]:
    """Yield the base and the sides of the merge that is under way, and of the latest merges."""
    for head in _HEADS:
        if git_text("rev-parse", "--verify", "--quiet", head) is not None:
            yield _base("HEAD", head), ["HEAD", head]
            break
    merges = git_text("log", "--merges", f"--max-count={_MERGES}", "--format=%P", "HEAD") or ""
    for line in merges.splitlines():
        yield _base(*line.split()[:2]), line.split()


def _earlier(stage: str) -> Iterator[str]:
    """Yield the MD5s of a stage's transcripts by the locks of the latest commits, the newest first.

    After a rebase, the other's responses are in the transcript of a commit below, and no merge says so.
    """
    log = git_text("log", f"--max-count={_COMMITS}", "--format=%H", "HEAD", "--", str(paths.DVC_LOCK)) or ""
    found = (_digest(stage, commit) for commit in log.split())
    yield from list(dict.fromkeys(digest for digest in found if digest))[:_EARLIER]


def _base(one: str, other: str) -> str:
    """Return the commit that two have in common; empty where there is none."""
    return (git_text("merge-base", one, other) or "").strip()


def _digest(stage: str, revision: str | None) -> str | None:
    """Return the MD5 of a stage's transcript by the `dvc.lock` of a revision; of the working tree where None is given."""
    lock = file_at(revision, paths.DVC_LOCK) if revision else None
    if revision is not None and lock is None:
        return None
    found = locked_transcripts(paths.DVC_LOCK, None if lock is None else lock.decode(errors="replace"))
    return next((digest for name, digest in found if RENAMED.get(name, name) == stage), None)


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
