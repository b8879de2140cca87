"""Load the responses in the transcripts of every branch and tag into the store."""

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from seedbed.project import paths
from seedbed.store.claims import living_owners
from seedbed.store.locked import fetch
from seedbed.store.projects import projects, register
from seedbed.store.store import Store
from seedbed.store.transcripts import locked_transcripts, read_transcript, whole_blob
from seedbed.util.errors import UserError
from seedbed.util.git import file_at, git_or_error
from seedbed.util.words import few


def harvest_all(store: Store) -> str:
    """Read the transcripts of every branch and tag, and of both sides of a merge, into the store; say what was added.

    A transcript that the DVC cache lacks is fetched from the default DVC remote, where there is one.
    """
    register(store)
    new = read = 0
    absent: list[str] = []
    named = dict.fromkeys(_locked(_commits("for-each-ref", "--format=%(objectname)"), "HEAD", "MERGE_HEAD", ":2", ":3"))
    unread = [(stage, digest) for stage, digest in named if not store.has_read(digest)]
    lacking = {each.digest for each in fetch(digest for _, digest in unread)}
    for stage, digest in unread:
        if digest in lacking:
            absent.append(stage)
            continue
        new += store.warm(digest, stage, read_transcript(paths.blob(digest)))
        read += 1
    missing = (
        f"; {len(absent)} are neither in the DVC cache nor in its remote ({few(sorted(set(absent)), 8)})" if absent else ""
    )
    return f"{new} new responses from {read} transcripts{missing}"


def unreferenced(store: Store) -> set[str]:
    """Return the keys in the store that no transcript of any commit refers to, in any project that uses the store and is there.

    Raises:
        UserError: a transcript of some commit cannot be read, so that nobody knows what it refers to; or a build is sending
            over the store, whose responses no transcript names yet.
    """
    refuse_while_sending(store)
    keys = {key for (key,) in store.rows("select key from responses")}
    roots, _ = projects(store)
    named: dict[str, tuple[Path, str]] = {}
    for root in roots:
        with chdir(root):
            named |= {digest: (root, stage) for stage, digest in _named()}
    for digest, (root, stage) in named.items():
        blob = _in_some_cache(digest, roots)
        if blob is None:
            raise UserError(
                f"the transcript {digest[:12]} of {stage}, which a commit refers to, is neither in the DVC cache nor in the "
                f"remote of {root}; download it with `dvc fetch --all-commits`, or back up the store with `seedbed store "
                "export` before you drop anything"
            )
        keys -= {request.key for request, _ in read_transcript(blob)}
    return keys


def refuse_while_sending(store: Store) -> None:
    """Raise `UserError` where a build is sending over the store now."""
    if living_owners(store):
        raise UserError(f"{store.path}: a build is using this store now; run the command again when it has finished")


def _named() -> set[tuple[str, str]]:
    """Return (stage, MD5) of the transcripts that any commit of the project in the current folder names, or its `dvc.lock`."""
    here = Path.cwd()
    in_git = any((folder / ".git").exists() for folder in (here, *here.parents))
    commits = _commits("log", "--all", "--full-history", "--format=%H", "--", "dvc.lock") if in_git else []
    return {*_locked(commits), *locked_transcripts(paths.DVC_LOCK)}


def _in_some_cache(digest: str, roots: list[Path]) -> Path | None:
    """Return a blob in the DVC cache of one of the projects, fetched from the remote of one where none has it."""
    for find in (whole_blob, _fetch):
        for root in roots:
            with chdir(root):
                if blob := find(digest):
                    return blob.absolute()
    return None


def _locked(revisions: list[str], *more: str) -> Iterator[tuple[str, str]]:
    """Yield (stage, MD5) of the transcripts that `dvc.lock` names at each revision."""
    for revision in dict.fromkeys([*revisions, *more]):
        lock = file_at(revision, paths.DVC_LOCK)
        if lock is not None:
            yield from locked_transcripts(Path(f"{revision}:{paths.DVC_LOCK}"), lock.decode(errors="replace"))


def _commits(*args: str) -> list[str]:
    """Return the hashes that a git command prints."""
    return git_or_error(*args).decode().split()


def _fetch(digest: str) -> Path | None:
    """Return a blob in the DVC cache, brought from the default DVC remote where need be; None where neither has it whole."""
    return None if fetch([digest]) else paths.blob(digest)
