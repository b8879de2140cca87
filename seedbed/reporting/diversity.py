"""Diversity of the instructions of a set, compared with seed tasks and the direct translation.

The figures of Self-Instruct (Wang et al. 2023, section 3.4), for three sets side by side. What a tokeniser must see is
read here, once a row; what is counting is done by `queries/dataset/`.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Protocol

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from seedbed.filtering.similarity import encode
from seedbed.filtering.token_arrays import Codes
from seedbed.filtering.tokenisers import load_tagger, load_tokeniser, separates_words, words
from seedbed.project.params_types import Params
from seedbed.reporting import spread
from seedbed.util.rows import Rows
from seedbed.util.tables import Tables

SETS = ("instructions", "seeds", "baseline")
"""The sets that are compared, in the page's order."""
SPREAD = ("written", *SETS)
"""The sets whose spread is measured: all that was generated beside what was kept of it."""
QUERIES = ("spread", "coverage", "sets", "task_types", "quantiles", "lengths", "nearest", "openings", "roots")
SAMPLE = 500
"""Rows of a set that are each held against all others of it. All against all would be quadratic."""
DISTINCT_TOKENS = 20_000
"""Tokens at most of which the share of distinct ones is taken; all sets are cut to the same number."""
OPENING = 3
"""Tokens that make an opening."""
_BLOCK = 50

_REQUESTS = {"願う", "お願い", "いただける", "もらえる"}
_LIGHT = {"する", "できる", "くださる", "いただく", "いただける", "願う"}
_ENDS = set("。.!?\n")
"""Ends of sentences, as they read after folding."""
_AFTER_OBJECT = ("助詞-副助詞", "補助記号-括弧閉")


class Morpheme(Protocol):
    """What is asked of a `sudachipy.Morpheme`."""

    def surface(self) -> str:
        """Return the text itself."""

    def dictionary_form(self) -> str:
        """Return the word as a dictionary has it."""

    def part_of_speech(self) -> Sequence[str]:
        """Return the six parts of the part of speech, the most general first."""


def measure(tables: Tables, params: Params) -> dict[str, Rows]:
    """Return the rows of each `queries/dataset/<name>.sql`, by name.

    Args:
        tables: holds `instructions`, `rejected`, `generations`, `edited` and `translated_rows`.
        params: the tokeniser is the filter's, task types come in their order.

    Raises:
        UserError: the tokeniser's dictionary is not the one that is named.
    """
    tables.fill("set_names", "name text, place int", ((name, place) for place, name in enumerate(SETS)))
    tables.fill("task_types", "name text, place int", ((name, place) for place, name in enumerate(params["labels"]["task"])))
    settings = params["filter"]["tokeniser"]
    tag, tokenise = load_tagger(settings), load_tokeniser(settings)
    between = " " if separates_words(settings) else ""
    openings: list[tuple[str, str]] = []
    roots: list[tuple[str, str, str]] = []
    nearest: list[tuple[str, str, float]] = []
    vocabulary: dict[str, int] = {}
    coded: dict[str, list[tuple[str, Codes]]] = {name: [] for name in SETS}
    tables.fill("spread_names", "name text, place int", ((name, place) for place, name in enumerate(SPREAD)))
    cores: dict[str, list[tuple[str, Codes]]] = {name: [] for name in SPREAD}
    written: list[tuple[str, Codes]] = []

    def coded_of(tokens: Sequence[str]) -> Codes:
        return encode([vocabulary.setdefault(token, len(vocabulary)) for token in tokens])

    for row in tables.query("dataset/spread_texts"):
        name, tagged = row["dataset"], tag(row["instruction"]) if tag else None
        tokens_of_row = words(tagged) if tagged is not None else tokenise(row["instruction"])
        asked = words(_asking(tagged)) if tagged is not None else tokenise(spread.asking(row["instruction"]))
        core = (row["id"], coded_of(spread.core_tokens(asked, tokenise(row["input"]), tokens_of_row)))
        whole = (row["id"], coded_of(tokens_of_row))
        if name == "instructions":
            cores["written"].append(core)
            written.append(whole)
        if not row["kept"]:
            continue
        cores[name].append(core)
        coded[name].append(whole)
        openings.append((name, between.join(tokens_of_row[:OPENING])))
        if tagged is not None and (pair := root(tagged)):
            roots.append((name, *pair))
    for name, rows in coded.items():
        nearest += [(name, id, score) for id, score in nearest_scores(rows)]
    similarity = params["filter"]["similarity"]["threshold"]
    tables.fill(
        "spread_measures",
        "dataset text, near double, core_near double, tokens bigint, distinct_1 double, distinct_2 double, self_bleu double",
        _spread({"written": written, **coded}, cores, similarity),
    )
    tables.fill("openings", "dataset text, opening text", openings)
    tables.fill("roots", "dataset text, verb text, object text", roots)
    tables.fill("nearest", "dataset text, id text, score double", nearest)
    return {name: tables.query(f"dataset/{name}") for name in QUERIES}


def drawn(ids: Sequence[str]) -> list[int]:
    """Return the places of all `ids` in an order that is a function of each id alone, so that a row more moves no other."""
    return sorted(range(len(ids)), key=lambda place: (sha256(ids[place].encode()).digest(), place))


def nearest_scores(rows: Sequence[tuple[str, Codes]]) -> Iterator[tuple[str, float]]:
    """Yield (id, ROUGE-L F with the most similar other row, 0 to 1) of the first `SAMPLE` rows drawn; exact.

    Rows without tokens are passed over, and so is a row that has no other.
    """
    rows = [row for row in rows if row[1]]
    if len(rows) < 2:
        return
    codes = [tokens for _, tokens in rows]
    lengths = np.array([len(tokens) for tokens in codes])
    sample = np.array(drawn([id for id, _ in rows])[:SAMPLE])
    for block in np.split(sample, range(_BLOCK, len(sample), _BLOCK)):
        distances = process.cdist([codes[place] for place in block], codes, scorer=Indel.distance, dtype=np.int32)
        total = lengths[block][:, None] + lengths[None, :]
        scores = (total - distances) / total  # 2L / (m + n), which is ROUGE-L F
        scores[np.arange(len(block)), block] = -1  # not with itself
        yield from ((rows[place][0], round(float(score), 6)) for place, score in zip(block, scores.max(axis=1), strict=True))


def _spread(
    coded: dict[str, list[tuple[str, Codes]]], cores: dict[str, list[tuple[str, Codes]]], threshold: float
) -> Iterator[tuple[str, float | None, float | None, int, float, float, float | None]]:
    """Yield set, percent of near-duplicate instructions and core texts, tokens of distinct-n, distinct-1 and -2, self-BLEU."""
    distinct = {name: (tokens, ones, twos) for name, tokens, ones, twos in _distinct(coded)}

    def share(rows: Sequence[tuple[str, Codes]]) -> float | None:
        scores = [score for _, score in nearest_scores(rows)]
        return round(100 * sum(score >= threshold for score in scores) / len(scores), 2) if scores else None

    for name, rows in coded.items():
        places = drawn([id for id, _ in rows])[: spread.SELF_BLEU_ROWS]
        bleu = spread.self_bleu([rows[place][1] for place in places])
        tokens, ones, twos = distinct.get(name, (0, 0.0, 0.0))
        yield name, share(rows), share(cores[name]), tokens, ones, twos, None if bleu is None else round(bleu, 2)


def _distinct(coded: dict[str, list[tuple[str, Codes]]]) -> Iterator[tuple[str, int, float, float]]:
    """Yield set, tokens looked at, distinct-1 and distinct-2 in percent (Li et al. 2016).

    The share falls as a text grows, so each set is cut to as many tokens as the smallest has, rows drawn by hash.
    """
    filled = {name: rows for name, rows in coded.items() if any(tokens for _, tokens in rows)}
    most = min((sum(len(tokens) for _, tokens in rows) for rows in filled.values()), default=0)
    for name, rows in filled.items():
        left = min(most, DISTINCT_TOKENS)
        ones: list[object] = []
        twos: list[object] = []
        for place in drawn([id for id, _ in rows]):
            tokens = rows[place][1][:left]
            ones += tokens
            twos += pairwise(tokens)
            left -= len(tokens)
            if not left:
                break
        share = [100 * len(set(grams)) / len(grams) if grams else 0.0 for grams in (ones, twos)]
        yield name, len(ones), round(share[0], 2), round(share[1], 2)


def root(tagged: Sequence[Morpheme]) -> tuple[str, str] | None:
    """Return the main verb of a Japanese instruction and its direct object, both in their dictionary form.

    The sentence is the last that asks for something, else the last. Its main verb is the last that helps no other
    (`書いてください`: 書く); a noun before する belongs to it (`説明してください`: 説明する). The object is the noun
    before を, with nothing between that has a verb of its own.
    """
    sentence = _asking(tagged)
    place = _main_verb(sentence)
    if place is None:
        return None
    verb, start = sentence[place].dictionary_form(), place
    if verb in _LIGHT and place and _kind(sentence[place - 1]).startswith("名詞-普通名詞"):
        start = place - 1
        verb = sentence[start].surface() + "する"
    elif verb == "願う" and place and _kind(sentence[place - 1]).startswith("接頭辞"):
        start, verb = place - 1, "お願いする"
    target = _object(sentence[:start])
    return (verb, target) if target else None


def _kind(morpheme: Morpheme) -> str:
    return "-".join(morpheme.part_of_speech()[:2])


def _asking(tagged: Sequence[Morpheme]) -> Sequence[Morpheme]:
    """Return the last sentence that asks, else the last."""
    last: Sequence[Morpheme] = []
    for sentence in _sentences_backwards(tagged):
        last = last or sentence
        if any(m.dictionary_form() in _REQUESTS or m.part_of_speech()[5].startswith("命令形") for m in sentence):
            return sentence
    return last


def _sentences_backwards(tagged: Sequence[Morpheme]) -> Iterator[Sequence[Morpheme]]:
    """Yield the sentences that hold a word, the last first."""
    end = len(tagged)
    for place in range(len(tagged) - 1, -2, -1):
        if place < 0 or tagged[place].surface()[-1:] in _ENDS:
            if words(tagged[place + 1 : end]):
                yield tagged[place + 1 : end]
            end = place


def _main_verb(sentence: Sequence[Morpheme]) -> int | None:
    """Return the place of the last verb that helps no other; None where there is no verb."""
    for place in range(len(sentence) - 1, -1, -1):
        if not _kind(sentence[place]).startswith("動詞"):
            continue
        before = sentence[place - 1] if place else None
        helps = before is not None and (
            _kind(before).startswith("動詞") or (_kind(before) == "助詞-接続助詞" and before.surface() in ("て", "で"))
        )
        if not (helps and _kind(sentence[place]) == "動詞-非自立可能"):
            return place
    return None


def _object(before: Sequence[Morpheme]) -> str | None:
    """Return the noun before the last を, compounds whole; None where a verb stands between, or none is there."""
    for place in range(len(before) - 1, -1, -1):
        if _kind(before[place]).startswith("動詞"):
            return None
        if before[place].surface() == "を" and _kind(before[place]) == "助詞-格助詞":
            end = place
            while end and _kind(before[end - 1]) in _AFTER_OBJECT:
                end -= 1
            start = end
            while start and _kind(before[start - 1]).startswith(("名詞", "接尾辞-名詞的", "接頭辞")):
                start -= 1
            return "".join(morpheme.surface() for morpheme in before[start:end]) or None
    return None
