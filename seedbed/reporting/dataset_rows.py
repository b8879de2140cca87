"""The rows of a dataset to browse: kept and rejected instructions, translations before and after the edit.

A row as the page reads it; a text is a string, or, beside another one, a list of what both have and [theirs, its own]:

    {"source":"native","id":"s00000-4","result":"near_duplicate","type":"arithmetic","sets":[],"why":"too close to …",
     "beside":"s00000-1","score":1.0,"texts":{"instruction":["本が",["8","9"],"冊あります。"],"output":"9冊です。"}}
"""

from base64 import b64encode

from seedbed.reporting.texts import Words
from seedbed.util.canonical import JsonObject, canonical, parse_json
from seedbed.util.rows import Row
from seedbed.util.tables import Tables
from seedbed.util.word_diff import alike, difference

SAMPLE = 60
"""Rows of a source and result in the report's page, drawn by a hash of their ids: the page stays small, and its rows stay."""
_PART = 2_000
"""Rows that a page unpacks at a time: it shows the first while it reads the others."""
_Piece = str | list[str]
"""A text that both have, or [theirs, its own]."""
_FIELDS = ("instruction", "input", "output")


def browsed_rows(tables: Tables, say: Words, most: int | None = SAMPLE) -> JsonObject:
    """Return what `rows.html.j2` shows.

    Args:
        tables: as `load_tables` of the dataset report makes them.
        say: the words of the page's language.
        most: rows of a source and result; None for all.
    """
    tables.keep("dataset/rows")
    (counted,) = tables.select("select count(*) as rows from rows")
    rows = tables.select(f"select * from rows{'' if most is None else f' where drawn <= {most}'} order by place")
    lines = list(map(_packed, rows))
    parts = tables.compressed(f"[{','.join(lines[start : start + _PART])}]" for start in range(0, len(lines), _PART))
    words = say.section("dataset_browser")
    numbers = {"rows": f"{len(rows):,}", "counted": f"{counted['rows']:,}", "each": most}
    return {
        "browsed": {"parts": [b64encode(part).decode() for part in parts], "rows": len(rows), "counted": counted["rows"]},
        "words": words,
        "sample_words": words["sample"].format(**numbers),
    }


def _packed(row: Row) -> str:
    """Return a row as JSON, without what is empty."""
    texts = {name: _text(row, name) for name in _FIELDS if row[name] or row[f"other_{name}"]}
    english = parse_json(row["english"]) if row["english"] else {}
    shown = {"source": row["source"], "id": row["id"], "result": row["result"], "type": row["task_type"], "sets": row["sets"]}
    beside = row["other_instruction"] is not None
    shown |= {
        "rejected": row["rejected"] or None,
        "same": beside and not any(isinstance(text, list) for text in texts.values()),
    }
    shown |= {"why": row["why"], "beside": row["beside"], "score": row["score"], "texts": texts}
    shown |= {"english": {name: value for name, value in english.items() if value and isinstance(value, str)}}
    return canonical({name: value for name, value in shown.items() if value not in (None, False, "", {}, [])})


def _text(row: Row, name: str) -> str | list[_Piece]:
    """Return a field of a row: the text, or its pieces where it differs from that beside it."""
    old, new = row[f"other_{name}"], row[name] or ""
    if old is None or old == new:
        return new
    pieces = difference(old, new)
    if not alike(pieces):
        return [[old, new]]
    return [[piece.old, piece.new] if piece.changed else piece.old for piece in pieces]
