"""The bundled data, row by row: nothing in it that a reader would have to find out first.

Every problem names its row, its field and the reason. What is checked:

* rows fit their schemas and are canonical bytes; ids are `<type-or-category>-NN`, unique and without gaps;
* 175 seeds of at least 20 task types, none above 10 %, about half without an input; 80 questions, ten a category; 60
  baseline tasks; `is_classification` is plausible; every field has an entry in the stand-in's phrasebook;
* every edit was made on the source and the machine text that stand now; approved means equal, edited means another text;
  20 to 45 % are approved, and some rows are unreviewed;
* no two seeds, and no two questions, resemble each other; no question resembles one of the Vicuna benchmark, and no seed
  one of ours; no task is one of Self-Instruct's;
* Japanese texts are Japanese: script, width, kanji, NFKC, one register in a text;
* numerals and code are the same in every language; code parses; references pass their tests; sums are right;
* what the stand-in can say is whole, and its flaws are found in about the shares that it states;
* the tables of data/README.md are the data's own numbers;
* the loader refuses unknown task types and categories, and ids given twice.
"""

import ast
import math
import operator
import random
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rapidfuzz.distance import LCSseq

from seedbed.filtering.filter import Filter
from seedbed.filtering.language import load_language
from seedbed.filtering.similarity import Encoder, Pool, rouge_l
from seedbed.filtering.tokenisers import Tokenise, load_tokeniser, space
from seedbed.project.corpora import FIELDS, fields_of
from seedbed.project.params import load_params
from seedbed.project.prompts import load_prompt
from seedbed.stand_in import generation
from seedbed.stand_in.models import LEVELS
from seedbed.util.canonical import canonical, content_hash, parse_json
from seedbed.util.rows import Row, read_rows
from tests.harness import ROOT

DATA = ROOT / "data"
REPERTOIRE = ROOT / "seedbed" / "stand_in" / "repertoire"
PARAMS = load_params(ROOT / "params.yaml")
KINDS = {"seed_tasks": "task", "questions": "question", "baseline": "task"}
FILES = {
    **{DATA / f"{name}.en.jsonl": kind for name, kind in KINDS.items()},
    **{DATA / "edits" / f"{name}.ja.jsonl": "edit" for name in ("seed_tasks", "questions")},
    DATA / "references.ja.jsonl": "reference",
    **{REPERTOIRE / f"{name}.ja.jsonl": None for name in ("phrasebook", "answers", "frames", "topics", "contexts", "leads")},
}
"""Each data file and its schema."""


class Text(NamedTuple):
    """A text of the data, and where it stands."""

    place: str
    row: Row
    field: str
    text: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.place} {self.row.get('id', '')} {self.field}"


def rows_of(path: Path) -> list[Row]:
    """Return the rows of a data file."""
    schema = FILES[path]
    return list(read_rows(path, schema, unique="id" if schema else None))


@cache
def corpus(name: str) -> tuple[Row, ...]:
    """Return the rows of an English corpus."""
    return tuple(rows_of(DATA / f"{name}.en.jsonl"))


@cache
def repertoire(name: str) -> tuple[Row, ...]:
    """Return the rows of one of the stand-in's files."""
    return tuple(rows_of(REPERTOIRE / f"{name}.ja.jsonl"))


@cache
def edits(name: str) -> dict[str, Row]:
    """Return a corpus's edits, by id."""
    return {row["id"]: row for row in rows_of(DATA / "edits" / f"{name}.ja.jsonl")} if name != "baseline" else {}


@cache
def phrasebook() -> dict[str, str]:
    """Return the machine text of each source text."""
    return {row["source"]: row["target"] for row in repertoire("phrasebook")}


def machine_of(row: Row, name: str) -> Row:
    """Return the machine's fields: a blank field stays blank."""
    return {field: phrasebook().get(text, "") if text.strip() else text for field, text in fields_of(row, KINDS[name]).items()}


@cache
def final(name: str) -> tuple[Row, ...]:
    """Return a corpus's rows in Japanese, as they leave `post_edit`."""
    known = edits(name)
    return tuple(row | (known[row["id"]]["fields"] if row["id"] in known else machine_of(row, name)) for row in corpus(name))


def final_texts(*names: str) -> Iterator[Text]:
    """Yield every field of the Japanese rows that is not blank."""
    for name in names:
        for row in final(name):
            note = edits(name).get(row["id"], {}).get("note", "")
            yield from (Text(name, row, field, row[field], note) for field in FIELDS[KINDS[name]] if row[field].strip())


def strings(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, text) of every text in a JSON value."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from strings(inner, f"{name}[{number}]")


def japanese_texts() -> Iterator[Text]:
    """Yield every Japanese text there is: machine's and people's, and what the stand-in can say."""
    for path in FILES:
        if ".ja." not in path.name:
            continue
        for number, row in enumerate(rows_of(path), start=1):
            shown = {key: value for key, value in row.items() if key not in ("source", "note", "task_type", "tests")}
            for field, text in strings(shown):
                yield Text(f"{path.name}:{number}", row, field, text, row.get("note", ""))


def report(problems: list[str]) -> None:
    """Fail with all problems, a line each."""
    assert not problems, f"{len(problems)} problems:\n" + "\n".join(problems)


# Files and rows.


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_rows_fit_their_schema_and_are_canonical(path: Path) -> None:
    lines = path.read_bytes().decode().split("\n")
    problems = [
        f"{path.name}:{number}: not canonical: write {canonical(parse_json(line))[:80]}…"
        for number, line in enumerate(lines[:-1], start=1)
        if line != canonical(parse_json(line))
    ]
    assert lines[-1] == "", f"{path.name}: the last line does not end"
    assert rows_of(path)
    report(problems)


@pytest.mark.parametrize("name", KINDS)
def test_ids_are_numbered_without_gaps(name: str) -> None:
    counts: Counter[str] = Counter()
    problems = []
    for row in corpus(name):
        group = "base" if name == "baseline" else row.get("task_type") or row["category"]
        counts[group] += 1
        if row["id"] != (expected := f"{group}-{counts[group]:02d}"):
            problems.append(f"{name} {row['id']} id: expected {expected}")
    report(problems)


def test_seeds_are_many_and_of_many_types() -> None:
    types = Counter(row["task_type"] for row in corpus("seed_tasks"))
    assert sum(types.values()) == 175
    assert len(types) >= 20
    assert set(types) == set(PARAMS["labels"]["task"])
    report([f"seed_tasks {name}: {n} rows, above 10 %" for name, n in types.items() if n > 17.5])


def test_about_half_of_the_seeds_have_no_input() -> None:
    share = sum(not row["input"].strip() for row in corpus("seed_tasks")) / 175
    assert 0.4 <= share <= 0.6, f"{share:.1%} of the seeds have no input"


def test_questions_are_ten_in_each_category_and_baseline_tasks_sixty() -> None:
    assert Counter(row["category"] for row in corpus("questions")) == dict.fromkeys(PARAMS["labels"]["question"], 10)
    assert len(corpus("baseline")) == 60
    assert {row["task_type"] for row in corpus("baseline")} <= set(PARAMS["labels"]["task"])


def test_classifications_are_plausible() -> None:
    """One of a few labels: short in each language, asked by `classification` always and by free writing never."""
    never = {"fiction", "email", "dialogue", "brainstorming", "planning", "summarization", "rewriting", "coding", "translation"}
    problems = []
    for name in ("seed_tasks", "baseline"):
        for english, japanese in zip(corpus(name), final(name), strict=True):
            place = f"{name} {english['id']} is_classification"
            if english["task_type"] == "classification" and not english["is_classification"]:
                problems.append(f"{place}: a classification that says it is none")
            if english["is_classification"] and english["task_type"] in never:
                problems.append(f"{place}: {english['task_type']} is free writing")
            if english["is_classification"] and max(len(space(line)) for line in english["output"].splitlines()) > 6:
                problems.append(f"{place}: the English output is no label: {english['output']!r}")
            if english["is_classification"] and max(map(len, japanese["output"].splitlines())) > 20:
                problems.append(f"{place}: the Japanese output is no label: {japanese['output']!r}")
    report(problems)


@pytest.mark.parametrize("name", KINDS)
def test_every_text_has_a_machine_translation(name: str) -> None:
    report(
        [
            f"{name} {row['id']} {field}: not in phrasebook.ja.jsonl: {text[:40]!r}"
            for row in corpus(name)
            for field, text in fields_of(row, KINDS[name]).items()
            if text.strip() and not phrasebook().get(text, "").strip()
        ]
    )


def test_the_phrasebook_says_one_thing_and_nothing_idle() -> None:
    wanted = {text for name in KINDS for row in corpus(name) for text in fields_of(row, KINDS[name]).values()}
    counts = Counter(row["source"] for row in repertoire("phrasebook"))
    problems = [f"phrasebook.ja.jsonl: stands {n} times: {source[:60]!r}" for source, n in counts.items() if n > 1]
    problems += [f"phrasebook.ja.jsonl: no corpus has {source[:60]!r}" for source in counts if source not in wanted]
    problems += [
        f"phrasebook.ja.jsonl: unknown keys: {row}" for row in repertoire("phrasebook") if set(row) != {"source", "target"}
    ]
    report(problems)


# Edits.


@pytest.mark.parametrize("name", ["seed_tasks", "questions"])
def test_edits_fit_the_texts_that_they_were_made_on(name: str) -> None:
    problems = []
    sources = {row["id"]: row for row in corpus(name)}
    for id, edit in edits(name).items():
        if id not in sources:
            problems.append(f"edits {name} {id} id: no such row")
            continue
        source, machine = fields_of(sources[id], KINDS[name]), machine_of(sources[id], name)
        if edit["source_hash"] != content_hash(source):
            problems.append(f"edits {name} {id} source_hash: stale, the source is {content_hash(source)}")
        if edit["machine_hash"] != content_hash(machine):
            problems.append(f"edits {name} {id} machine_hash: stale, the machine text is {content_hash(machine)}")
        if set(edit["fields"]) != set(source):
            problems.append(f"edits {name} {id} fields: expected {sorted(source)}, found {sorted(edit['fields'])}")
        if (edit["decision"] == "approved") != (edit["fields"] == machine):
            problems.append(f"edits {name} {id} decision: {edit['decision']}, but compare the fields with the machine's")
        for field, text in source.items():
            if bool(text.strip()) != bool(edit["fields"].get(field, "").strip()):
                problems.append(f"edits {name} {id} {field}: blank in one language only")
        if "seconds" in edit:
            problems.append(f"edits {name} {id} seconds: none were measured, as data/README.md says")
    report(problems)


@pytest.mark.parametrize("name", ["seed_tasks", "questions"])
def test_the_machine_is_mostly_wrong_and_some_rows_are_unreviewed(name: str) -> None:
    approved = sum(edit["decision"] == "approved" for edit in edits(name).values()) / len(corpus(name))
    assert 0.2 <= approved <= 0.45, f"{name}: {approved:.1%} approved"
    assert set(edits(name)) < {row["id"] for row in corpus(name)}


# Nothing twice.


@cache
def sudachi() -> Tokenise:
    """Return the tokeniser that params.yaml names."""
    return load_tokeniser(PARAMS["filter"]["tokeniser"])


class Corpus(NamedTuple):
    """Texts by id, and how they are cut into tokens."""

    texts: dict[str, str]
    tokenise: Tokenise


def texts_of(name: str, language: str) -> Corpus:
    """Return the instructions or questions of a corpus."""
    rows = corpus(name) if language == "en" else final(name)
    field = FIELDS[KINDS[name]][0]
    return Corpus({row["id"]: row[field] for row in rows}, space if language == "en" else sudachi())


def too_close(ours: Corpus, others: Corpus | None, threshold: float) -> list[str]:
    """Return each of our texts that is at `threshold` or above with one of `others`, or of its own predecessors."""
    pool, encode = Pool(threshold, strict=False), Encoder()
    shown = dict((others or ours).texts)
    for id, text in others.texts.items() if others else ():
        pool.add(id, encode(ours.tokenise(text)))
    problems = []
    for id, text in ours.texts.items():
        encoded = encode(ours.tokenise(text))
        near = pool.nearest(encoded)
        if near:
            problems.append(f"{id}: ROUGE-L {near.score:.3f} with {near.id}: {text[:60]!r} / {shown[near.id][:60]!r}")
        if not others:
            pool.add(id, encoded)
    return problems


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_two_seeds_and_no_two_questions_are_close(language: str) -> None:
    report(too_close(texts_of("seed_tasks", language), None, 0.7) + too_close(texts_of("questions", language), None, 0.5))


@pytest.mark.parametrize(("language", "folder"), [("en", "vicuna"), ("ja", "ja-vicuna")])
def test_no_question_is_close_to_vicunas(language: str, folder: str, reference: Path) -> None:
    ours = texts_of("questions", language)
    others = {
        f"{folder} {row['question_id']}": row["turns"][0] for row in reference_rows(reference / folder / "question.jsonl")
    }
    assert len(others) == 80
    report(too_close(ours, Corpus(others, ours.tokenise), 0.5))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", ["seed_tasks", "baseline"])
def test_no_training_task_leaks_a_question(name: str, language: str) -> None:
    """What the filter refuses of generated instructions, the tasks that are trained on must not do either."""
    leak = PARAMS["filter"]["similarity"]["leak_threshold"]
    report(too_close(texts_of(name, language), texts_of("questions", language), leak))


def test_no_task_is_self_instructs(reference: Path) -> None:
    """Of whole tasks, since "Translate the sentence into French." is anybody's."""
    others = {}
    for row in reference_rows(reference / "self-instruct" / "seed_tasks.jsonl"):
        first = row["instances"][0]
        others[row["id"]] = space(f"{row['instruction']} {first['input']} {first['output']}")
    problems = []
    for name in ("seed_tasks", "baseline"):
        for row in corpus(name):
            ours = space(" ".join(fields_of(row, "task").values()))
            for id, theirs in others.items():
                score = rouge_l(LCSseq.similarity(ours, theirs), len(ours), len(theirs))
                if score >= 0.5:
                    problems.append(f"{name} {row['id']}: ROUGE-L {score:.3f} with {id}")
    report(problems)


def reference_rows(path: Path) -> list[Row]:
    """Return the rows of a file of the reference data."""
    return list(read_rows(path, unique=None))


# Japanese is Japanese.

FULL_WIDTH = set("！？：；（）／＋－＝…\u3000")
"""What NFKC would change, and Japanese writes all the same: full-width marks, signs of arithmetic, the space of slogans."""
POWERS = set("²³")
"""In worked solutions of `coding-math` only."""
CHINESE = set("个么从气儿")
"""Simplified forms that JIS X 0208 has too, and that no Japanese text of today uses."""
FENCE = re.compile(r"```.*?```", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー々一-鿿]")
LEAST_JAPANESE = {"instruction": 0.5, "input": 0.7, "output": 0.75, "text": 0.8}
"""Share of the letters outside code that must be Japanese. Instructions name formats (CSV, JSON), outputs have units (cm, kg);
a translator's leftovers, such as names in Latin letters, come out well below in any text that is not long."""
OTHER_SCRIPTS = {"translation", "coding", "headline"}
"""Types whose very object is another language, code, or a line too short to measure."""


def test_texts_are_in_japanese_script() -> None:
    problems = []
    for at in final_texts("seed_tasks", "questions"):
        letters = [char for char in CODE.sub("", at.text) if char.isalpha()]
        if at.note or at.row.get("task_type") in OTHER_SCRIPTS or len(letters) < 2:
            continue
        share = sum(bool(JAPANESE.match(char)) for char in letters) / len(letters)
        if share < LEAST_JAPANESE[at.field]:
            problems.append(f"{at}: {share:.0%} of the letters are Japanese: {at.text[:60]!r}")
    report(problems)


def test_no_half_width_katakana_no_full_width_letters_and_nothing_else_that_nfkc_changes() -> None:
    problems = []
    for at in japanese_texts():
        powers = POWERS if at.field in ("reference", *LEVELS) else set()
        for char in sorted(set(at.text) - FULL_WIDTH - powers):
            folded = unicodedata.normalize("NFKC", char)
            if "\uff61" <= char <= "\uff9f":
                problems.append(f"{at}: half-width katakana {char!r}")
            elif folded != char:
                kind = "full-width" if char > "\uff00" and folded.isalnum() else "compatibility"
                problems.append(f"{at}: {kind} character {char!r}; write {folded!r}")
        if unicodedata.normalize("NFC", at.text) != at.text:
            problems.append(f"{at}: not composed (NFC)")
    report(problems)


def test_kanji_are_japanese_ones() -> None:
    """Encodable in cp932, which has JIS X 0208 and no simplified form; and none of the few forms that it shares."""
    problems = []
    for at in japanese_texts():
        for char in sorted(set(at.text)):
            if "一" <= char <= "鿿" or "㐀" <= char <= "䶿":
                try:
                    char.encode("cp932")
                except UnicodeEncodeError:
                    problems.append(f"{at}: {char!r} is no Japanese kanji")
                if char in CHINESE:
                    problems.append(f"{at}: {char!r} is a simplified form")
    report(problems)


MIXED = {
    "answers roleplay-02 good": "a storyteller's patter: polite to the audience, plain where he muses",
    "answers roleplay-04 good": "a guide to children, who wonders aloud",
    "answers writing-01 good": "a plain sentence that the next takes up: そういう人です",
}
"""Texts that mix registers on purpose, and why: few, and none of the seeds."""
LISTED = re.compile(r"^\s*(?:[-・*#|]|\d+[.．)]|（\d+）|【).*$", re.MULTILINE)
INNERMOST = re.compile(r"「[^「」]*」|『[^『』]*』|（[^（）]*）|“[^“”]*”")
POLITE = {"です", "ます", "くださる"}


@cache
def morphemes() -> Callable[[str], Any]:
    """Return SudachiPy's own tokeniser, which tells parts of speech."""
    from sudachipy import Dictionary, SplitMode

    tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.C)
    return lambda text: list(tokenizer.tokenize(text))


def register(sentence: str) -> str:
    """Return `polite`, `plain`, or nothing where the sentence ends in no predicate.

    The predicate is the run of auxiliaries and particles at the end, and the word before it. It is polite with です, ます
    or ください in it, else plain where its last inflected word is in a form that can end a sentence.
    """
    form = ""
    for word in reversed(morphemes()(sentence)):
        kind, detail, _, _, _, inflection = word.part_of_speech()
        if kind in ("補助記号", "空白"):
            continue
        if word.dictionary_form() in POLITE:
            return "polite"
        form = form or (inflection if inflection != "*" else "")
        if kind != "助動詞" and not (kind == "助詞" and detail in ("終助詞", "接続助詞", "準体助詞")):
            break
    return "plain" if form.startswith(("終止形", "連体形", "意志推量形")) else ""


def narration(text: str) -> list[str]:
    """Return the sentences of `text` without code, list items and what stands in brackets: speech, quotations, asides."""
    text, before = LISTED.sub("", FENCE.sub("\n", text)), ""
    while text != before:
        text, before = INNERMOST.sub("◇", text), text
    return [sentence for sentence in re.split(r"[。！？!?\n]", text) if JAPANESE.search(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("本を読みます", "polite"),
        ("そうではありません", "polite"),
        ("いかがでしょうか", "polite"),
        ("ご自愛くださいませ", "polite"),
        ("閉めてくださいね", "polite"),
        ("休むからです", "polite"),
        ("休館日である", "plain"),
        ("長くなった", "plain"),
        ("行けないからだ", "plain"),
        ("よいだろう", "plain"),
        ("ないよ", "plain"),
        ("三人の違い", ""),
        ("昼寝は短く、早めに", ""),
    ],
)
def test_the_detector_of_registers(sentence: str, expected: str) -> None:
    assert register(sentence) == expected


def test_speech_lists_and_code_are_no_narration() -> None:
    text = "彼は「行くよ。」と言いました。\n- 走る。\n1. 止まる。\n```\n寝る。\n```\nそれ（『犬』だ）です。"
    assert narration(text) == ["彼は◇と言いました", "それ◇です"]


def one_register() -> Iterator[Text]:
    """Yield the texts that must keep to one register: all but the machine's and the poor answers."""
    yield from final_texts("seed_tasks", "questions")
    for row in rows_of(DATA / "references.ja.jsonl"):
        yield Text("references", row, "reference", row["reference"])
    for id, row in answers_by_id().items():
        yield from (Text("answers", row | {"id": id}, level, row[level]) for level in ("good", "thin"))


def mixed(text: str) -> str:
    """Return two sentence ends of different registers, or nothing."""
    found = {register(sentence): sentence[-30:] for sentence in narration(text)}
    return f"{found['polite']!r} beside {found['plain']!r}" if {"polite", "plain"} <= set(found) else ""


def test_no_text_mixes_registers() -> None:
    found = {str(at): ends for at in one_register() if (ends := mixed(at.text))}
    problems = [f"{place}: {ends}" for place, ends in found.items() if place not in MIXED]
    problems += [f"{place}: exempt, but mixes nothing" for place in set(MIXED) - set(found)]
    report(problems)


def test_the_machine_mixes_registers() -> None:
    """One of its typical faults; and a sign that the detector is awake."""
    assert sum(bool(mixed(row["target"])) for row in repertoire("phrasebook")) >= 30


def test_what_frames_quote_is_polite() -> None:
    """Contexts and a topic's sentences stand side by side with the frames' own."""
    problems = [
        f"contexts:{number}: not polite: {row['context']!r}"
        for number, row in enumerate(repertoire("contexts"), start=1)
        if any(register(sentence) != "polite" for sentence in narration(row["context"]))
    ]
    for row in repertoire("topics"):
        said = {name: row[name] for name in ("definition", "benefit", "drawback", "difference")}
        said |= {f"aspects[{number}].text": aspect["text"] for number, aspect in enumerate(row["aspects"])}
        for field, text in said.items():
            if not text.endswith("。") or any(register(sentence) != "polite" for sentence in narration(text)):
                problems.append(f"topics {row['topic']} {field}: not a polite sentence: {text!r}")
    report(problems)


# The same facts in every language.

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
NUMERALS = {"base-01": "the Fourth of July is 7月4日 in Japanese", "base-07": "an hour is 1時間 in Japanese"}
"""Rows without an edit, and so without a note, whose numerals differ, and why."""


def numerals(text: str) -> Counter[str]:
    """Return the numbers of a text in Arabic numerals, thousands separators left out."""
    return Counter(number.replace(",", "") for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text))


def months(text: str) -> Counter[str]:
    """Return the numbers of the months named in English, which Japanese writes in numerals."""
    numbers = {name: str(number) for number, name in enumerate(MONTHS, start=1)}
    return Counter(numbers[name.capitalize()] for name in re.findall(rf"\b({'|'.join(MONTHS)})\b", text, re.IGNORECASE))


def values(text: str) -> list[float]:
    """Return the numbers of a text."""
    return [float(number) for number in numerals(text).elements()]


@pytest.mark.parametrize("name", KINDS)
def test_numerals_and_code_are_the_same_in_every_language(name: str) -> None:
    problems = []
    for english, japanese in zip(corpus(name), final(name), strict=True):
        if edits(name).get(english["id"], {}).get("note") or english["id"] in NUMERALS:
            continue
        machine = machine_of(english, name)
        for field, layer in product(FIELDS[KINDS[name]], ("machine", "final")):
            text = machine[field] if layer == "machine" else japanese[field]
            missing, added = numerals(english[field]) - numerals(text), numerals(text) - numerals(english[field])
            if missing or added - months(english[field]):
                problems.append(f"{name} {english['id']} {field} ({layer}): lacks {[*missing]}, adds {[*added]}")
            if sorted(CODE.findall(english[field])) != sorted(CODE.findall(text)):
                problems.append(f"{name} {english['id']} {field} ({layer}): other code than in English")
    report(problems)


def python_blocks(text: str) -> list[str]:
    """Return the blocks of a text that say they are Python, or the text where it is a bare function."""
    return [text] if text.startswith("def ") else re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_python_parses() -> None:
    """In tasks and their translations, references, good and thin answers; a note may say that code is faulty on purpose."""
    texts = [*final_texts(*KINDS), *one_register(), *(at for at in japanese_texts() if at.place.startswith("phrasebook"))]
    texts += [Text(name, row, field, row[field]) for name in KINDS for row in corpus(name) for field in FIELDS[KINDS[name]]]
    problems = []
    for at in texts:
        if len(FENCE.findall(at.text)) * 2 != at.text.count("```"):
            problems.append(f"{at}: a code block that is never closed")
        for block in python_blocks(at.text):
            try:
                ast.parse(block)
            except SyntaxError as error:
                if "deliberately faulty" not in at.note:
                    problems.append(f"{at}: {error}")
    report(problems)


def test_json_parses() -> None:
    report(
        [
            f"{name} {row['id']} output: not JSON: {row['output']!r}"
            for name in ("seed_tasks", "baseline")
            for row in (*corpus(name), *final(name))
            if row["output"].startswith("{") and not is_json(row["output"])
        ]
    )


def is_json(text: str) -> bool:
    """Say whether `text` is JSON."""
    try:
        parse_json(text)
    except ValueError:
        return False
    return True


SUMS: dict[str, tuple[float, ...]] = {
    "arithmetic-01": (2 * 600 + 3 * 600 / 2,),
    "arithmetic-02": (240 / (14 - 2),),
    "arithmetic-03": (12_000 * (1 - 0.25) * 1.1,),
    "arithmetic-04": ((18.5 + 21.0 + 17.5 + 16.0 + 22.5) / 5,),
    "arithmetic-05": (300 / 4 * 10,),
    "arithmetic-06": ((13 * 60 + 10 - 8 * 60 - 52) - (12 * 60 + 25 - 9 * 60 - 47),),
    "arithmetic-07": (14 * 25_000 / 100 / 1_000,),
    "arithmetic-08": (math.ceil((148 + 163 + 139) / 24),),
    "open_qa-08": (100_000 * 1.02**2, 100_000 * (1 + 2 * 0.02)),
    "extraction-03": (840 + 1_250 + 180,),
    "logic-04": (28 + 2 * 5 + 1,),
    "explanation-08": (5 * 340,),
    "comparison-02": (900 * 6, 6_500 - 900 * 6, 6_500 // 900 + 1),
    "proofreading-06": (2_400 + 1_300 + 500,),
    "base-05": (12 / 4,),
    "base-26": (320 / (4 * 5),),
    "base-30": (48 * 1.25,),
    "base-31": (270 / 18, 270 / 18 * 4),
}
"""The numbers that an output must state, worked out again."""


def test_sums_are_right() -> None:
    problems, met = [], set()
    for name in ("seed_tasks", "baseline"):
        for english, japanese in zip(corpus(name), final(name), strict=True):
            if english["id"] not in SUMS:
                continue
            met.add(english["id"])
            outputs = {
                "English": english["output"],
                "machine": machine_of(english, name)["output"],
                "final": japanese["output"],
            }
            for (layer, output), number in product(outputs.items(), SUMS[english["id"]]):
                if not any(math.isclose(number, value) for value in values(output)):
                    problems.append(f"{name} {english['id']} output ({layer}): {number:g} is missing")
    problems += [f"{id}: no such row" for id in set(SUMS) - met]
    problems += [
        f"{row['id']}: not in SUMS"
        for row in corpus("seed_tasks")
        if row["task_type"] == "arithmetic" and row["id"] not in SUMS
    ]
    report(problems)


def run(code: str) -> str:
    """Run Python on its own for ten seconds at most; return the last line of its complaint, or nothing."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code], capture_output=True, encoding="utf-8", timeout=10, check=False
        )
    except subprocess.TimeoutExpired:
        return "no end after 10 s"
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def calculate(node: ast.AST) -> float:
    """Return the value of an expression of numbers, and of nothing else."""
    match node:
        case ast.Expression(body=body):
            return calculate(body)
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATIONS[type(op)](calculate(left), calculate(right))
    raise ValueError(f"not a number: {ast.dump(node)}")


def answers_by_id() -> dict[str, Row]:
    """Return the stand-in's answers, by the id of the question as it stands in Japanese."""
    ids = {row["text"]: row["id"] for row in final("questions")}
    return {ids[row["question"]]: row for row in repertoire("answers") if row["question"] in ids}


def test_references_are_for_the_categories_that_are_judged_with_one() -> None:
    wanted = [row["id"] for row in corpus("questions") if row["category"] in PARAMS["judge"]["reference_categories"]]
    rows = rows_of(DATA / "references.ja.jsonl")
    assert [row["id"] for row in rows] == wanted
    report(
        [f"references {row['id']}: needs tests or a check, one of them" for row in rows if ("tests" in row) == ("check" in row)]
    )


def test_references_pass_their_tests_and_so_do_the_good_answers() -> None:
    """Thin answers pass too where they show code; poor ones must fail: they are there to lose."""
    problems = []
    for row in rows_of(DATA / "references.ja.jsonl"):
        if "tests" not in row:
            continue
        answer = answers_by_id().get(row["id"], {})
        for name, text in {"reference": row["reference"], **{level: answer.get(level, "") for level in LEVELS}}.items():
            blocks = python_blocks(text)
            if not blocks and name in ("reference", "good"):
                problems.append(f"references {row['id']} {name}: no ```python block")
            complaint = run("\n".join([*blocks, row["tests"]])) if blocks else ""
            if blocks and (name == "poor") != bool(complaint):
                problems.append(f"references {row['id']} {name}: {complaint or 'passes, and should not'}")
    report(problems)


def test_references_state_what_they_work_out() -> None:
    """And so do the good and the thin answers, but not the poor ones."""
    problems = []
    for row in rows_of(DATA / "references.ja.jsonl"):
        if "check" not in row:
            continue
        value = calculate(ast.parse(row["check"], mode="eval"))
        answer = answers_by_id().get(row["id"], {})
        for name, text in {"reference": row["reference"], **{level: answer.get(level, "") for level in LEVELS}}.items():
            stated = any(math.isclose(value, number) for number in values(text))
            if stated == (name == "poor"):
                problems.append(
                    f"references {row['id']} {name}: {row['check']} is {value:g}: {'stated' if stated else 'not stated'}"
                )
    report(problems)


# What the stand-in can say.


def test_every_question_has_three_answers() -> None:
    rows = repertoire("answers")
    assert len(rows) == 80
    questions = {japanese["text"]: machine_of(english, "questions")["text"] for english, japanese in questions_in_pairs()}
    problems = [f"answers: no row for {text[:40]!r}" for text in questions.keys() - {row["question"] for row in rows}]
    for number, row in enumerate(rows, start=1):
        if set(row) != {"question", "machine", *LEVELS}:
            problems.append(f"answers:{number}: keys {sorted(row)}")
        elif questions.get(row["question"], row["machine"]) != row["machine"]:
            problems.append(f"answers:{number} machine: not the phrasebook's text of {row['question'][:40]!r}")
        if len({row[level].strip() for level in LEVELS} - {""}) != len(LEVELS):
            problems.append(f"answers:{number}: {', '.join(LEVELS)} are not three texts")
    report(problems)


def questions_in_pairs() -> list[tuple[Row, Row]]:
    """Return each question in English and in Japanese."""
    return list(zip(corpus("questions"), final("questions"), strict=True))


FROM_TOPIC = {"topic", "field", "definition", "benefit", "drawback", "situation", "related", "difference"}
FROM_TOPIC |= {"step1", "step2", "step3", "aspect", "aspect2", "aspect3", "text", "text2", "text3"}
BY_CHANCE = {"number", "number2", "sum", "product", "name1", "name2"}
VARIABLE = re.compile(r"\$\{?([a-z]+[0-9]?)\}?")


def test_frames_are_many_and_filled_from_the_topic() -> None:
    frames = repertoire("frames")
    assert len(frames) >= 40
    assert len({row["task_type"] for row in frames}) >= 20
    assert len({row["id"] for row in frames}) == len({row["instruction"] for row in frames}) == len(frames)
    problems = []
    for row in frames:
        if set(row) != {"id", "task_type", "instruction", "input", "output"}:
            problems.append(f"frames {row['id']}: keys {sorted(row)}")
        if row["task_type"] not in PARAMS["labels"]["task"]:
            problems.append(f"frames {row['id']} task_type: unknown: {row['task_type']}")
        if len(set(VARIABLE.findall(row["instruction"])) & FROM_TOPIC) < 2:
            problems.append(f"frames {row['id']} instruction: fewer than two variables of the topic")
        for field in ("instruction", "input", "output"):
            unknown = set(VARIABLE.findall(row[field])) - FROM_TOPIC - BY_CHANCE
            if unknown or VARIABLE.sub("", row[field]).count("$"):
                problems.append(f"frames {row['id']} {field}: unknown variables {sorted(unknown)} or a bare $")
    report(problems)


def test_topics_contexts_and_leads_are_whole_and_said_once() -> None:
    keys = (FROM_TOPIC & set(repertoire("topics")[0])) | {"steps", "aspects"}
    assert keys == {
        "topic",
        "field",
        "definition",
        "benefit",
        "drawback",
        "situation",
        "related",
        "difference",
        "steps",
        "aspects",
    }
    assert len(repertoire("topics")) >= 300
    problems = []
    for row in repertoire("topics"):
        at = f"topics {row.get('topic')}"
        if set(row) != keys:
            problems.append(f"{at}: keys {sorted(row)}")
        if len(row["steps"]) < 3 or len(row["aspects"]) < 3:
            problems.append(f"{at}: {len(row['steps'])} steps and {len(row['aspects'])} aspects, fewer than three")
        if any(set(aspect) != {"aspect", "text"} for aspect in row["aspects"]):
            problems.append(f"{at} aspects: keys other than aspect and text")
        if row["topic"] == row["related"]:
            problems.append(f"{at} related: the topic itself")
        problems += [f"{at} {field}: blank, or has a $" for field, text in strings(row) if not text.strip() or "$" in text]
    for name, field in (("topics", "topic"), ("contexts", "context"), ("leads", "lead")):
        counts = Counter(row[field] for row in repertoire(name))
        problems += [f"{name} {field}: stands {n} times: {text!r}" for text, n in counts.items() if n > 1]
    for field in ("definition", "benefit", "drawback", "difference"):
        counts = Counter(row[field] for row in repertoire("topics"))
        problems += [f"topics {field}: stands {n} times: {text!r}" for text, n in counts.items() if n > 1]
    problems += [f"leads: one $sentence, please: {row['lead']!r}" for row in repertoire("leads") if row["lead"].count("$") != 1]
    report(problems)


@pytest.fixture(scope="module")
def composed() -> list[Row]:
    """Two thousand instructions of the stand-in's."""
    return generation.write(2_000, random.Random(7))


def test_no_variable_is_left(composed: list[Row]) -> None:
    report([f"{field}: {text!r}" for row in composed for field, text in row.items() if "$" in text])


def test_flaws_have_the_shares_that_the_stand_in_states(composed: list[Row]) -> None:
    """Within three standard deviations; near duplicates are more, since a grammar of this size repeats itself unasked."""
    language = load_language(DATA / "languages" / "ja.yaml")
    prompt = load_prompt("generate", ROOT / "prompts")
    filter = Filter(PARAMS["filter"], language, final("seed_tasks"), final("questions"), prompt)
    rejections = [filter.decide(row | {"id": f"composed-{number}"}) for number, row in enumerate(composed)]
    counts = Counter(rejection.reason for rejection in rejections if rejection)
    problems = [
        f"{reason}: found by the filter, and no flaw of the stand-in's" for reason in set(counts) - set(generation.SHARES)
    ]
    for reason, share in generation.SHARES.items():
        found, spread = counts[reason] / len(composed), 3 * math.sqrt(share * (1 - share) / len(composed))
        most = share + spread + (0.06 if reason == "near_duplicate" else 0)
        if not share - spread <= found <= most:
            problems.append(f"{reason}: {found:.2%} of the instructions, where the stand-in states {share:.2%}")
    report(problems)


# The data sheet.


def test_the_data_sheet_states_the_datas_own_numbers() -> None:
    sheet = (DATA / "README.md").read_text(encoding="utf-8")
    assert len(sheet.splitlines()) < 90
    seeds, baseline = corpus("seed_tasks"), corpus("baseline")
    expected = []
    for type in [*PARAMS["labels"]["task"], "all"]:
        ours = [row for row in seeds if type in ("all", row["task_type"])]
        theirs = sum(type in ("all", row["task_type"]) for row in baseline)
        empty = sum(not row["input"].strip() for row in ours)
        expected.append(f"| {type} | {len(ours)} | {len(ours) / len(seeds):.1%} | {empty} | {theirs} |")
    categories = Counter(row["category"] for row in corpus("questions"))
    expected.append(f"| questions | {' | '.join(PARAMS['labels']['question'])} | all |")
    expected.append(
        f"| rows | {' | '.join(str(categories[name]) for name in PARAMS['labels']['question'])} | {categories.total()} |"
    )
    for status in ("edited", "approved", "unreviewed"):
        cells = []
        for name in ("seed_tasks", "questions"):
            statuses = Counter(edits(name).get(row["id"], {"decision": "unreviewed"})["decision"] for row in corpus(name))
            cells.append(f"{statuses[status]} ({statuses[status] / len(corpus(name)):.1%})")
        expected.append(f"| {status} | {' | '.join(cells)} |")
    lines = sheet.splitlines()
    problems = [f"data/README.md: this line is missing: {line}" for line in expected if line not in lines]
    problems += [
        f"data/README.md: not the data's: {line}"
        for line in lines
        if re.match(r"\| [\w-]+ \| \d", line) and line not in expected
    ]
    rows = {path: int(n) for path, n in re.findall(r"^\| `([\w./]+\.jsonl)` \| (\d+) \|", sheet, re.MULTILINE)}
    actual = {str(path.relative_to(ROOT)): len(rows_of(path)) for path in FILES}
    problems += [
        f"data/README.md: {path}: {rows.get(path)} rows, where there are {n}"
        for path, n in actual.items()
        if rows.get(path) != n
    ]
    problems += [f"data/README.md: {path}: no such file" for path in set(rows) - set(actual)]
    report(problems)
