"""Edit YAML files; comments and order are kept."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import StreamMark
from ruamel.yaml.tokens import CommentToken


def yaml_editor() -> YAML:
    """Return a round-trip reader and writer in block style, as `params.yaml` is written."""
    yaml = YAML()
    yaml.width = 4096
    yaml.preserve_quotes = True
    yaml.representer.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def add_entries(document: CommentedMap, name: str, entries: Mapping[str, Mapping[str, Any] | str]) -> None:
    """Add entries at the end of a block; the blank lines and comments below the block stay below it.

    Args:
        document: holds the block; it is changed in place.
        name: of the block; one written as `{}` becomes block style.
        entries: flat ones, or texts, by id.
    """
    if not entries:
        return
    block = document[name]
    holder, key = document, name
    while isinstance(value := holder[key], CommentedMap) and value and not value.fa.flow_style():
        holder, key = value, list(value)[-1]
    below = _cut(holder, key)
    if not block:
        block.fa.set_block_style()
        block.ca.comment = None
    for id, entry in entries.items():
        block[id] = entry if isinstance(entry, str) else CommentedMap(entry)
    if below:
        holder, key = (block, id) if isinstance(block[id], str) else (block[id], list(block[id])[-1])
        holder.ca.items[key] = [None, None, _below(below), None]


def add_items(document: CommentedMap, name: str, items: Sequence[str]) -> None:
    """Add items at the end of a list; the blank lines and comments below the list stay below it.

    Args:
        document: holds the list, in block style; it is changed in place.
        name: of the list.
        items: to add.
    """
    if items:
        put_items(document, name, [*document[name], *items])


def put_items(document: CommentedMap, name: str, items: Sequence[str]) -> None:
    """Put other items into a list; the blank lines and comments below the list stay below it.

    Args:
        document: holds the list; it is changed in place.
        name: of the list.
        items: all that it is to hold.
    """
    listed = document[name]
    token = (listed.ca.items.get(len(listed) - 1) or [None])[0] if listed else None
    comment, _, below = token.value.partition("\n") if token else ("", "", "")
    comments = {item: listed.ca.items.get(place) for place, item in enumerate(listed)}
    if token and comment:
        token.value, token.column = f"{comment}\n", 0
    elif token:
        comments.pop(listed[-1])
    put = CommentedSeq(items)
    for place, item in enumerate(items):
        if comments.get(item):
            put.ca.items[place] = comments[item]
    document[name] = put
    if below and items and (own := (put.ca.items.get(len(items) - 1) or [None])[0]):
        own.value += below
    elif below and items:
        put.ca.items[len(items) - 1] = [_below(below), None, None, None]
    elif below:
        _empty(document, name, below)


def keep_entries(document: CommentedMap, name: str, ids: Collection[str]) -> None:
    """Take entries out of a block; the blank lines and comments below the block stay below it.

    Args:
        document: holds the block; it is changed in place.
        name: of the block, whose values are texts.
        ids: those that stay.
    """
    block = document[name]
    kept = [id for id in block if id in ids]
    if len(kept) == len(block):
        return
    below = _cut(block, list(block)[-1])
    for id in [id for id in block if id not in ids]:
        del block[id]
    if below and kept:
        block.ca.items[kept[-1]] = [None, None, _below(below), None]
    elif below:
        _empty(document, name, below)


def _empty(document: CommentedMap, name: str, below: str) -> None:
    """Write what holds nothing on the line of its key, with what stood below it."""
    document[name].fa.set_flow_style()
    held = document.ca.items.setdefault(name, [None, None, None, None])
    held[2] = CommentToken(f"{held[2].value.rstrip()}\n{below}" if held[2] else f"\n{below}", StreamMark("", 0, 0, 0), None)


def _below(text: str) -> CommentToken:
    return CommentToken("\n" + text, StreamMark("", 0, 0, 0), None)


def _cut(holder: CommentedMap, key: str) -> str:
    """Take from a value what stands below its line: blank lines, comments; a comment on the line itself stays."""
    token = (holder.ca.items.get(key) or [None] * 4)[2]
    if token is None:
        return ""
    line, _, below = token.value.partition("\n")
    token.value, token.column = f"{line}\n", 0
    if not line:
        del holder.ca.items[key]
    return str(below)
