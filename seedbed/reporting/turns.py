"""Win rates by turn, and of corpora beside the benchmark's own: rows of their own, so that no figure mixes them.

{"corpus":"two_turns","turn":"2","match":"good-vs-thin",…,"category":"all","n":20,"adjusted_win_rate":72.5,"ci_low":…}

The turn `all` is the conversation as a whole: each order says what more of its turns say, and the two orders then count as
those of any question. Questions are the unit everywhere, so that two turns are no two pieces of evidence.
"""

from collections.abc import Iterable, Sequence

from seedbed.project import columns, paths
from seedbed.project.corpora import BENCHMARK, WHOLE, question_corpora
from seedbed.project.model_settings import answering_models
from seedbed.project.params_types import Params
from seedbed.reporting.judgments import load_judgments, set_verdict_rule
from seedbed.reporting.scores import read_scores
from seedbed.reporting.shared import capped, file_name, rest_in_words
from seedbed.reporting.texts import ENGLISH_WORDS, Words
from seedbed.reporting.win_rates import RateRow, win_rate_rows
from seedbed.util.canonical import JsonObject
from seedbed.util.tables import Tables

TURN_COLUMNS = [
    *("corpus", "turn", "match", "model", "baseline", "category", "n", "wins", "losses", "ties", "invalid"),
    *("win_rate", "adjusted_win_rate", "ci_low", "ci_high"),
]
_JUDGMENTS = [column for column in columns.JUDGMENTS.split(", ") if not column.startswith("made_by")]


class TurnRow(RateRow):
    """A rate of one turn of a corpus's conversations, or of `all`, the conversation as a whole."""

    corpus: str
    turn: str


def turn_rows(params: Params) -> list[TurnRow]:
    """Return the rows of `TURN_COLUMNS`; none where the benchmark's corpus is the only one and each question has one turn.

    Args:
        params: the whole of `params.yaml`.
    """
    tables = load_corpora(params)
    all_rows: list[TurnRow] = []
    for corpus, turns in corpora_and_turns(tables):
        parts = [WHOLE] if corpus != BENCHMARK else []
        parts += [str(turn) for turn in range(1, turns + 1)] if turns > 1 else []
        for part in parts:
            of_part = part_of(tables, params, corpus, part)
            rows = win_rate_rows(of_part, read_scores(of_part), params["report"])
            all_rows += [{"corpus": corpus, "turn": part, **row} for row in rows]
    return all_rows


def load_corpora(params: Params) -> Tables:
    """Return the questions of every corpus with their `corpus` and `turns`, all answers and all judgments, as tables."""
    tables = Tables()
    files = [paths.edited(name, "question") for name in question_corpora(params)]
    tables.load("read", files, "id text, category text, follow_ups json", ("corpus", file_name))
    turns = "1 + coalesce(json_array_length(follow_ups), 0)"
    tables.run(f"create table all_questions as select id, category, corpus, {turns} as turns from read")
    load_judgments(tables, [paths.judgments(match) for match in params["matches"]], params["report"])
    tables.load("answers", [paths.answers(model) for model in answering_models(params)], columns.ANSWERS)
    return tables


def corpora_and_turns(tables: Tables) -> list[tuple[str, int]]:
    """Return each corpus of `load_corpora` with the most turns that a question of it has, the benchmark's first."""
    order = f"corpus <> '{BENCHMARK}', corpus"
    rows = tables.select(f"select corpus, max(turns) as turns from all_questions group by corpus order by {order}")
    return [(row["corpus"], row["turns"]) for row in rows]


def part_of(tables: Tables, params: Params, corpus: str, turn: str) -> Tables:
    """Return one corpus as tables for the queries of the benchmark: its judgments of one turn, or of all."""
    part = Tables()
    several = " and turns > 1" if turn != WHOLE else ""  # a question of one turn is no first turn of a conversation
    ids = f"(select id from all_questions where corpus = '{corpus}'{several})"
    judged = f"where question in {ids}" + (f" and coalesce(turn, 1) = {turn}" if turn != WHOLE else "")
    names = [column.split(" ")[0] for column in _JUDGMENTS]
    selected = ", ".join("null::bigint as turn" if name == "turn" and turn != WHOLE else f'"{name}"' for name in names)
    rows = tables.select(f"select {selected} from judgments {judged}")
    quoted = ", ".join('"order" text' if column == "order text" else column for column in _JUDGMENTS)
    part.fill("judgments", quoted, [tuple(row.values()) for row in rows])
    set_verdict_rule(part, params["report"])
    for name, kinds in (
        ("questions", "id text, category text"),
        ("answers", "id text, model text, text text, cut boolean"),
    ):
        source = "all_questions" if name == "questions" else "answers"
        fields = ", ".join(pair.split(" ")[0] for pair in kinds.split(", "))
        values = tables.select(f"select {fields} from {source} where id in {ids}")
        part.fill(name, kinds, [tuple(row.values()) for row in values])
    labels = enumerate(params["labels"]["question"])
    part.fill("categories", "name text, place int", ((name, place) for place, name in labels))
    return part


def turn_parts(rows: Sequence[TurnRow], confidence: float, say: Words = ENGLISH_WORDS) -> list[str]:
    """Return the section on turns and further corpora in Markdown; none where there are no rows."""
    if not rows:
        return []
    shown = [
        {**row, "adjusted": "" if row["adjusted_win_rate"] is None else f"{row['adjusted_win_rate']:.1f}"}
        | {"interval": interval_in_words(row)}
        for row in rows
        if row["category"] == "all" or row["turn"] == WHOLE
    ]
    names = ["corpus", "turn", "match", "category", "n", "wins", "losses", "ties", "invalid", "adjusted", "interval"]
    return [
        f"## {say('turns_title')}",
        say("turns_words", confidence=f"{confidence:g}"),
        say.table(capped(shown), names, right=names[-2:]),
        *rest_in_words(shown, "turns.csv", say),
    ]


def interval_in_words(row: RateRow) -> str:
    """Return the interval of a row; empty where nothing is valid."""
    return "" if row["ci_low"] is None else f"{row['ci_low']:.1f} – {row['ci_high']:.1f}"


def turn_metrics(rows: Iterable[TurnRow]) -> JsonObject:
    """Return the totals for `reports/benchmark.json`, by corpus, match and turn."""
    metrics: JsonObject = {}
    for row in rows:
        if row["category"] == "all":
            rate = row["adjusted_win_rate"]
            totals = {"adjusted_win_rate": None if rate is None else round(rate, 2), "n": row["n"], "invalid": row["invalid"]}
            metrics.setdefault(row["corpus"], {}).setdefault(row["match"], {})[row["turn"]] = totals
    return metrics
