"""`seedbed import documents FOLDER`: passages of the team's own documents, as material for `generate`.

A passage's id is made of its text when it is first seen. When its document is imported again, a passage whose text stands in it
still keeps its id, and one that was edited keeps the id of the text that it took the place of: so `generate` asks anew the
slots that show an edited passage, and no others.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from seedbed.project import paths
from seedbed.project.material import read_passages
from seedbed.project.params import load_params
from seedbed.project.row_types import Passage
from seedbed.recorded.documents import READERS, text_of
from seedbed.recorded.opening import hash_of
from seedbed.recorded.passages import passages
from seedbed.recorded.placing import DRY_RUN, put_in_place, shown_rows, source_file, yaml_text
from seedbed.util.canonical import canonical, content_hash
from seedbed.util.errors import UserError
from seedbed.util.safe_text import safe
from seedbed.util.words import count, few

_ID = 16


def import_documents(folder: Path, longest: int, shortest: int, license: str | None, address: str | None, *, yes: bool) -> str:
    """Cut the documents of a folder into passages, and write them where `generate` reads them.

    Args:
        folder: its documents, and those of folders in it; hidden files are passed over.
        longest: characters of a passage, at most.
        shortest: characters of a passage, at least, where its document has as many.
        license: of the documents, to be noted.
        address: where they are from, to be noted.
        yes: whether to write it, or only to show it.

    Returns:
        What is, or would be, imported.

    Raises:
        UserError: there is no such folder or no document in it, one cannot be read, or the lengths are none.
    """
    if not folder.is_dir():
        raise UserError(
            f"{folder}: {'a file' if folder.exists() else 'no such folder'}; give the folder that contains your documents"
        )
    if not 0 < shortest <= longest:
        raise UserError(
            f"--shortest {shortest} --longest {longest}: expected two numbers above 0, --longest at least as large as "
            "--shortest"
        )
    documents, others = _documents(folder)
    if not documents:
        raise UserError(f"{folder}: no documents found; supported file types are {', '.join(READERS)}")
    before, cut, repeated = read_passages(), dict[str, list[str]](), 0
    texts = set[str]()
    for path in documents:
        whole = passages(text_of(path), longest, shortest)
        new = [text for text in dict.fromkeys(whole) if text not in texts]
        repeated += len(whole) - len(new)
        texts.update(new)
        cut[path.relative_to(folder).as_posix()] = new
    rows = list(_named(cut, before))
    characters = sum(len(row["text"]) for row in rows)
    lines = [
        f"{folder}: {count(len(documents), 'document')}, {count(len(rows), 'passage')} of {characters:,} characters",
        f"  {_changes(before, rows)}",
        f"  writes {paths.MATERIAL}",
    ]
    if repeated:
        lines.insert(1, f"  {count(repeated, 'passage')} left out: exact duplicates")
    if others:
        endings = Counter(path.suffix.lower() or path.name for path in others)
        words = few([f"{number} {ending}" for ending, number in endings.most_common()], 8)
        lines.insert(1, f"  {count(len(others), 'file')} ignored, unsupported type: {words}")
    lines += shown_rows(rows)
    shown = safe("\n".join(lines))
    if not yes:
        return f"{shown}\n{DRY_RUN}"
    about = {
        "documents": [
            {"name": path.relative_to(folder).as_posix(), "sha256": hash_of(path), "bytes": path.stat().st_size}
            for path in documents
        ],
        "passages": len(rows),
        "longest": longest,
        "shortest": shortest,
        "license": license,
        "address": address,
    }
    text = "".join(f"{canonical(row)}\n" for row in rows)
    put_in_place({source_file(paths.MATERIAL): yaml_text(about), paths.MATERIAL: text})
    return f"{shown}\n{count(len(rows), 'passage')} imported; {_next()}"


def _documents(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the documents of a folder, in the order of their names, and the files that are none."""
    files = [
        path
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix())
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    readable = [path for path in files if path.suffix.lower() in READERS]
    return readable, [path for path in files if path.suffix.lower() not in READERS]


def _named(cut: Mapping[str, Sequence[str]], before: Mapping[str, Passage]) -> Iterator[Passage]:
    """Yield the passages of documents with their ids.

    Args:
        cut: the texts of each document's passages; no text is there twice.
        before: the passages of the last import, by id.
    """
    kept = {row["text"]: row["id"] for row in before.values()}
    there, held = {text for texts in cut.values() for text in texts}, {*before}
    for document, texts in cut.items():
        free = iter([row["id"] for row in before.values() if row["document"] == document and row["text"] not in there])
        for text in texts:
            id = kept.get(text) or next(free, None) or _new_id(text, held)
            held.add(id)
            yield {"id": id, "document": document, "text": text}


def _new_id(text: str, held: set[str]) -> str:
    """Return an id made of a text; where an edited passage has kept the id that this text once had, one made of both."""
    id = content_hash(text)[:_ID]
    while id in held:
        id = content_hash([text, id])[:_ID]
    return id


def _changes(before: dict[str, Passage], rows: Sequence[Passage]) -> str:
    """Return what is new against the passages that are there."""
    if not before:
        return "none were there before"
    after = {row["id"]: row["text"] for row in rows}
    edited = sum(id in after and after[id] != row["text"] for id, row in before.items())
    same = sum(after.get(id) == row["text"] for id, row in before.items())
    new, gone = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    return f"{same:,} as before, {edited:,} edited, {new:,} new, {gone:,} gone"


def _next() -> str:
    number = load_params()["generate"].get("material", 0)
    if number:
        return f"each request of generate shows {number} (generate.material); `seedbed plan` shows which are sent again"
    return f"to use them in requests, set generate.material in {paths.PARAMS}, e.g. to 1"
