"""Projects that use a store; responses are dropped only if none of them needs them."""

from pathlib import Path

from seedbed.project import paths
from seedbed.store.store import Store


def register(store: Store) -> None:
    """Note that the project in the current folder uses the store; not a throw-away clone, in which DVC runs an experiment."""
    root = Path.cwd()
    if ".dvc" not in root.parts and (str(root),) not in store.rows("select root from projects"):
        store.change("insert or ignore into projects (root) values (?)", (str(root),))


def projects(store: Store) -> tuple[list[Path], list[Path]]:
    """Return the folders of the projects that use the store, the current one first: those that are there, and the others."""
    roots = [Path(root) for (root,) in store.rows("select root from projects order by root")]
    known = [root for root in roots if (root / paths.DVC_YAML).is_file() and root != Path.cwd()]
    return [Path.cwd(), *known], [root for root in roots if root not in known and root != Path.cwd()]
