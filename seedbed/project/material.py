"""Material: passages of the user's documents that requests of `generate` contain (`generate.material`).

{"document":"handbook/leave.md","id":"4f0c9a1be2d37788","text":"Staff may carry over up to five days of leave …"}
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from seedbed.project import paths
from seedbed.project.params_types import Params
from seedbed.project.row_types import Passage, ShownPassage
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.rows import read_rows


def read_passages(path: Path = paths.MATERIAL) -> dict[str, Passage]:
    """Return the passages of a project, by id, in the order of the file; none where there is no file.

    Raises:
        UserError: a row breaks its schema.
    """
    return {row["id"]: row for row in read_rows(path, "passage")} if path.is_file() else {}


def material_of(params: Params) -> dict[str, Passage]:
    """Return the passages that requests of `generate` show some of; none where `generate.material` is 0.

    Raises:
        UserError: there are none to show, or a row breaks its schema.
    """
    number = params["generate"].get("material", 0)
    passages = read_passages() if number else {}
    if number and not passages:
        raise UserError(
            f"{paths.PARAMS}: generate.material is {number}, but {paths.MATERIAL} has no passages; import some with `seedbed "
            "import documents FOLDER`, or set it to 0"
        )
    return passages


def shown(passages: Iterable[Passage]) -> list[ShownPassage]:
    """Return what a row says of the passages that its request showed."""
    return [{"id": passage["id"], "hash": content_hash(passage["text"])} for passage in passages]


def in_words(material: Iterable[ShownPassage], passages: Mapping[str, Passage]) -> list[str]:
    """Return what there is to say of the passages that a row names, e.g. `4f0c… of handbook/leave.md`."""
    words = []
    for each in material:
        passage = passages.get(each["id"])
        if passage is None:
            words.append(f"{each['id']}, which is no longer in {paths.MATERIAL}")
        else:
            edited = "" if content_hash(passage["text"]) == each["hash"] else ", edited since"
            words.append(f"{each['id']} of {passage['document']}{edited}")
    return words
