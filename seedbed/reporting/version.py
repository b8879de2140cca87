"""The version of the data in a report: hashes of its files, without time, host or commit.

Reports are outputs of a build and lie in git: with a date or a commit in them the same inputs would give other bytes.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from seedbed.util.rows import Rows


def data_version(files: Mapping[str, Sequence[Path]]) -> Rows:
    """Return the hash of each kind of file, and of all.

    Args:
        files: by kind; those that are not there count as empty.

    Returns:
        `what`, `files` and `hash`, a SHA-256 over the names and contents; the last is `all`. None where there is no file.
    """
    rows: Rows = []
    for what, paths in files.items():
        whole, present = sha256(), [path for path in sorted(paths) if path.is_file()]
        for path in present:
            whole.update(f"{path.as_posix()} {sha256(path.read_bytes()).hexdigest()}\n".encode())
        if present:
            rows.append({"what": what, "files": len(present), "hash": whole.hexdigest()})
    if not rows:
        return []
    joined = sha256("\n".join(f"{row['what']} {row['hash']}" for row in rows).encode())
    return [*rows, {"what": "all", "files": sum(row["files"] for row in rows), "hash": joined.hexdigest()}]
