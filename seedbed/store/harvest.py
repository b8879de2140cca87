"""Fill the store from the transcripts of every branch and tag that git knows: what one paid for, nobody pays again."""

from collections.abc import Iterator

from seedbed.project import paths
from seedbed.store.locked import NoRemote, fetch
from seedbed.store.store import Store
from seedbed.store.transcripts import locked_transcripts, read_transcript
from seedbed.util.errors import UserError
from seedbed.util.git import file_at, git_or_error


def harvest_all(store: Store) -> str:
    """Read the transcripts of every branch and tag, and of `MERGE_HEAD`, into the store; say what came of it.

    A transcript that the DVC cache lacks is fetched from the default DVC remote, where there is one.
    """
    new = read = 0
    absent: list[str] = []
    for stage, digest in dict.fromkeys(_locked(_commits("for-each-ref", "--format=%(objectname)"), "HEAD", "MERGE_HEAD")):
        if store.has_read(digest):
            continue
        blob = paths.blob(digest)
        if not _fetch(digest):
            absent.append(stage)
            continue
        new += store.warm(digest, stage, read_transcript(blob))
        read += 1
    lacking = (
        f"; {len(absent)} are in neither the DVC cache nor its remote ({', '.join(sorted(set(absent))[:5])})" if absent else ""
    )
    return f"{new} new responses from {read} transcripts{lacking}"


def unreferenced(store: Store) -> set[str]:
    """Return the keys in the store that no transcript of any commit refers to.

    Raises:
        UserError: a transcript of some commit cannot be read, so that nobody knows what it refers to.
    """
    keys = {key for (key,) in store.rows("select key from responses")}
    for stage, digest in {
        *_locked(_commits("log", "--all", "--full-history", "--format=%H", "--", "dvc.lock")),
        *locked_transcripts(paths.DVC_LOCK),
    }:
        blob = paths.blob(digest)
        if not _fetch(digest):
            raise UserError(
                f"the transcript {digest[:12]} of {stage}, which some commit names, is not in the DVC cache or remote; "
                "`dvc fetch --all-commits` brings it, or `seedbed store export` the store before you drop anything"
            )
        keys -= {request.key for request, _ in read_transcript(blob)}
    return keys


def _locked(revisions: list[str], *more: str) -> Iterator[tuple[str, str]]:
    """Yield (stage, MD5) of the transcripts that `dvc.lock` names at each revision."""
    for revision in dict.fromkeys([*revisions, *more]):
        lock = file_at(revision, paths.DVC_LOCK)
        if lock is not None:
            yield from locked_transcripts(paths.DVC_LOCK, lock.decode(errors="replace"))


def _commits(*args: str) -> list[str]:
    """Return the hashes that a git command prints."""
    return git_or_error(*args).decode().split()


def _fetch(digest: str) -> bool:
    """Have one blob in the DVC cache; False where neither it nor the default DVC remote has it whole."""
    try:
        return fetch(digest) is None
    except NoRemote:
        return False
