"""The benchmark report: win rates by category, the judge's health, its agreement with people. Tables in, texts out."""

import json
from collections.abc import Mapping, Sequence

from seedbed.project import columns, paths
from seedbed.project.corpora import BENCHMARK
from seedbed.project.judges import judge_notices, lone_judge
from seedbed.project.methods import methods
from seedbed.project.model_settings import answer_stage, answering_models, judge_blocks
from seedbed.project.params_types import Params
from seedbed.reporting.agreement import MEASURES, agreement_rows, alternative, load_votes
from seedbed.reporting.answer import all_pairs, answer
from seedbed.reporting.answer_sections import answer_parts
from seedbed.reporting.check_sections import check_parts
from seedbed.reporting.checks.results import check_rows, contradictions, load_checks
from seedbed.reporting.conclusions import with_tests
from seedbed.reporting.corrected_rates import corrected_rows
from seedbed.reporting.differences import difference_rows
from seedbed.reporting.equal_length import EqualLengthRow, equal_length_rows
from seedbed.reporting.health import HEALTH_COLUMNS, health_rows
from seedbed.reporting.human_sections import agreement_parts, correction_parts, labelled_parts
from seedbed.reporting.judge_sections import (
    difference_parts,
    equal_length_parts,
    health_parts,
    jury_parts,
    match_sentences,
    notice_in_words,
    rate_parts,
)
from seedbed.reporting.judgments import load_judgments, rule_in_words
from seedbed.reporting.jury import Jury, jury
from seedbed.reporting.labelled_rates import labelled_rows, why_in_words
from seedbed.reporting.method_chart import chart_rows
from seedbed.reporting.method_sections import method_parts
from seedbed.reporting.method_sizes import set_sizes
from seedbed.reporting.methods import METHOD_COLUMNS, method_rows
from seedbed.reporting.ranking import ranking_rows
from seedbed.reporting.ratings import RATING_COLUMNS, load_ratings, rating_parts, rating_rows
from seedbed.reporting.retest import component_rows, load_retests, retest_rows
from seedbed.reporting.retest_sections import retest_parts
from seedbed.reporting.scores import read_scores
from seedbed.reporting.shared import (
    load_responses,
    made_by_stand_in,
    stand_in_line,
    stand_in_sentence,
    to_csv,
    usage_metrics,
    usage_rows,
    usage_table,
)
from seedbed.reporting.texts import ENGLISH_WORDS, Words, report_language
from seedbed.reporting.turns import TURN_COLUMNS, turn_metrics, turn_parts, turn_rows
from seedbed.reporting.win_rates import win_rate_rows
from seedbed.util.canonical import JsonObject
from seedbed.util.tables import Tables

WIN_RATE_COLUMNS = [
    *("match", "model", "baseline", "category", "n", "wins", "losses", "ties", "inconsistent", "invalid"),
    *("win_rate", "adjusted_win_rate", "ci_low", "ci_high"),
    *("ties_both", "ties_one", "contradictory", "cut", "standard_error", "p", "p_holm", "tests", "visible"),
    *("length_rate", "length_low", "length_high", "judges", "ties_agreed", "splits"),
    *("voted", "corrected", "corrected_low", "corrected_high"),
]
_SOURCES = ("questions", "answers", "judgments", "ratings")


class Benchmark:
    """What the benchmark report says, worked out once.

    Args:
        params: the whole of `params.yaml`.

    Attributes:
        say: the words of the reports' language.
        tables: the build's rows: questions, answers, judgments, votes, exchanges.
        scores: of all matches, question by question.
        rates: the rows of `queries/benchmark/win_rates.sql` with intervals and tests, in percent; the totals with their rate at
            equal length.
        unrated: as from `match_sentences`, and how verdicts in five steps count where that is said.
        differences: as from `difference_rows`.
        methods: as from `method_rows`.
        chart: as from `chart_rows`.
        equal_length: as from `equal_length_rows`.
        ranking: as from `ranking_rows`; empty where not each model met each other one.
        health: as from `health_rows`.
        jury: as from the function `jury`.
        notices: what is unsound about the choice of judges, a sentence each.
        retest: as from `retest_rows`; empty where nothing was asked for twice.
        varying: as from `component_rows`.
        agreement: as from `agreement_rows`.
        alternative: as from `alternative`.
        corrected: as from `corrected_rows`.
        labelled: as from `labelled_rows`; empty where `report.labels` names no file.
        checks: as from `check_rows`; empty where no question has checks.
        contradictions: as from the function `contradictions`.
        turns: as from `turn_rows`.
        ratings: as from `rating_rows`, the means.
        modes: as from `rating_rows`, how far ratings and matches agree.
        usage: the rows of `queries/shared/usage.sql`.
        stand_in: the sentence on what the stand-in made; empty where it made nothing.
        answer: what the reports begin with.

    Raises:
        UserError: a file of votes is not valid, a question was judged twice in one order, or code of answers is to be run
            and cannot be confined.
    """

    def __init__(self, params: Params) -> None:
        self.params = params
        self.say = Words(report_language(params))
        self.tables = _load(params)
        settings = params["report"]
        self.scores = read_scores(self.tables)
        self.equal_length = equal_length_rows(self.scores, settings, self.say)
        self.rates = with_tests(win_rate_rows(self.tables, self.scores, settings), settings["confidence"])
        self.unrated = [*match_sentences(params["matches"], self.rates, self.say), *rule_in_words(settings, self.say)]
        self.differences = difference_rows(self.scores, settings["confidence"], methods(params))
        self.methods = method_rows(self.scores, params, set_sizes(params))
        self.chart = chart_rows(self.scores, params, self.tables.query("benchmark/method_rates") if self.methods else [])
        self.ranking = ranking_rows(self.tables, settings) if all_pairs(self.rates) else []
        self.health = health_rows(self.tables, settings["confidence"])
        self.jury = jury(self.tables, settings)
        found = [*lone_judge(params), *judge_notices(params)]
        self.notices = [notice_in_words(notice, self.say) for notice in found]
        self.retest = retest_rows(self.tables, settings["confidence"])
        self.varying = component_rows(self.tables, params)
        self.agreement = agreement_rows(self.tables, settings)
        self.alternative = alternative(self.tables, settings)
        self.corrected = corrected_rows(self.tables, self.scores, settings)
        self.labelled = labelled_rows(self.tables, settings)
        load_checks(self.tables, settings)
        self.checks = check_rows(self.tables, settings)
        self.contradictions = contradictions(self.tables)
        self.turns = turn_rows(params)
        self.ratings, self.modes = rating_rows(params)
        self.usage = usage_rows(self.tables)
        rehearsed = made_by_stand_in(self.tables, _SOURCES)
        hollow = {"answers", "judgments"} & {*rehearsed}
        consequence = self.say("stand_in_unjudged" if not self.rates else "stand_in_hollow" if hollow else "stand_in_real")
        self.stand_in = stand_in_sentence([self.say(f"stand_in_{name}") for name in rehearsed], consequence, self.say)
        self.answer = answer(self, self.say)

    def win_rates_csv(self) -> str:
        """Return `reports/win_rates.csv`."""
        lengths = {row["match"]: row for row in self.equal_length}
        by_votes = {
            row["name"]: {
                "voted": row["voted"],
                "corrected": row["corrected"],
                "corrected_low": row["low"],
                "corrected_high": row["high"],
            }
            for row in self.corrected
        }
        rows = [
            row
            | _at_equal_length(lengths[row["match"]] if row["is_all"] else None)
            | {name: None if row[name] is None else float(f"{row[name]:.4g}") for name in ("p", "p_holm")}
            | {name: by_votes.get(row["match"], {}).get(name) if row["is_all"] else None for name in WIN_RATE_COLUMNS[-4:]}
            for row in self.rates
        ]
        return to_csv(rows, WIN_RATE_COLUMNS)

    def health_csv(self) -> str:
        """Return `reports/judge_health.csv`."""
        return to_csv(self.health, HEALTH_COLUMNS)

    def methods_csv(self) -> str:
        """Return `reports/methods.csv`: the head alone where no models are compared as methods."""
        rounded = [
            row | {name: None if row[name] is None else float(f"{row[name]:.4g}") for name in ("p", "p_holm")}
            for row in self.methods
        ]
        return to_csv(rounded, METHOD_COLUMNS)

    def turns_csv(self) -> str:
        """Return `reports/turns.csv`: the head alone where the benchmark's corpus is the only one and has no conversations."""
        return to_csv(self.turns, TURN_COLUMNS)

    def ratings_csv(self) -> str:
        """Return `reports/ratings.csv`: only the header if no answers are rated."""
        return to_csv(self.ratings, RATING_COLUMNS)

    def metrics(self) -> str:
        """Return `reports/benchmark.json`: what `dvc metrics` and `dvc exp show` compare."""
        # The first column is the one that `dvc exp show` has room for.
        shown = ("adjusted_win_rate", "ci_low", "ci_high", "win_rate", "invalid", "n", "p_holm", "visible")
        lengths = {row["match"]: {"at_equal_length": row["rate"]} for row in self.equal_length if row["rate"] is not None}
        document = {
            "matches": {
                row["match"]: _rounded(row, shown) | lengths.get(row["match"], {}) for row in self.rates if row["is_all"]
            },
            "differences": {
                f"{row['model']}-{row['other']}": _rounded(row, ("difference", "low", "high", "p_holm", "n", "dropped"))
                for row in self.differences
            },
            **({"methods": self._method_metrics()} if self.methods else {}),
            **({"conversations": turn_metrics(self.turns)} if self.turns else {}),
            **({"ratings": self._rating_metrics()} if self.ratings else {}),
            "judge": self._health_metrics(),
            **({"jury": self._jury_metrics(self.jury)} if self.jury else {}),
            **({"retest": self._retest_metrics()} if self.retest else {}),
            "agreement": self._agreement_metrics(),
            **({"labelled": self._labelled_metrics()} if self.labelled else {}),
            "corrected": {row["name"]: _without(row, "name") for row in self.corrected},
            **({"checks": self._check_metrics()} if self.checks else {}),
            "responses": usage_metrics(self.usage),
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

    def _labelled_metrics(self) -> JsonObject:
        """Return the rates corrected by labels, by match; why there is none is in English, whatever the page's language."""
        return {row["match"]: _without(row, "match") | {"why": why_in_words(row, ENGLISH_WORDS)} for row in self.labelled}

    def _rating_metrics(self) -> JsonObject:
        """Return the mean rating of each model over the whole conversations of each corpus."""
        metrics: JsonObject = {}
        for row in self.ratings:
            if row["category"] == row["turn"] == "all":
                metrics.setdefault(row["corpus"], {})[row["model"]] = _rounded(row, ("mean", "low", "high", "n", "invalid"))
        return metrics

    def _method_metrics(self) -> JsonObject:
        """Return what each comparison of sets found, by comparison, sets and base."""
        metrics: JsonObject = {}
        for row in self.methods:
            pair = metrics.setdefault(row["comparison"], {}).setdefault(f"{row['new']}-{row['old'] or 'base'}", {})
            pair[row["base"]] = _rounded(row, ("difference", "low", "high", "p_holm", "n", "seeds"))
        return metrics

    def _health_metrics(self) -> JsonObject:
        """Return each judge's health by match; of several judges by judge first."""
        by_judge: JsonObject = {}
        for row in self.health:
            values = dict(row)
            by_judge.setdefault(row["judge"], {})[row["match"]] = {name: values[name] for name in HEALTH_COLUMNS[2:]}
        return by_judge if len(by_judge) > 1 else next(iter(by_judge.values()), {})

    def _jury_metrics(self, jury_result: Jury) -> JsonObject:
        """Return how far the judges of the jury agree."""
        pairs = {f"{row['one']}-{row['other']}": _without(row, "one", "other") for row in jury_result.pairs}
        return {
            "judges": len(jury_result.judges),
            "alpha": jury_result.alpha and jury_result.alpha[0],
            **jury_result.counts,
            "pairs": pairs,
        }

    def _check_metrics(self) -> JsonObject:
        """Return how many questions' checks each model passes, and how many verdicts contradict them."""
        names = ("rate", "low", "high", "questions", "passed", "not_run")
        models = {row["model"]: _rounded(row, names) for row in self.checks if row["category"] == "all"}
        return {"contradictions": len(self.contradictions), "models": models}

    def _retest_metrics(self) -> JsonObject:
        """Return how often each judge agrees with itself."""
        names = ("rate", "low", "high", "items", "agreed", "reversed", "invalid")
        return {row["judge"]: _rounded(row, names) for row in self.retest}

    def _agreement_metrics(self) -> JsonObject:
        """Return how many votes have each status, and what judge and people agree on, over all matches and categories."""
        rows = self.tables.select("select status, count(*) as votes from votes group by status")
        votes = {row["status"]: row["votes"] for row in rows}
        total = next((row for row in self.agreement if row["match"] == row["category"] == "all"), {})
        measures = {name: total[name] for name in (*MEASURES, "kappa", "alpha") if total.get(name) is not None}
        return {status: votes.get(status, 0) for status in ("counted", "stale", "orphaned")} | measures

    def summary(self) -> str:
        """Return `reports/benchmark.md`, which a person reads in a pull request."""
        confidence = self.params["report"]["confidence"]
        parts = [f"# {self.say('title_benchmark')}", *stand_in_line(self.stand_in, self.say)]
        parts += answer_parts(self.answer, confidence, self.say)
        parts += [f"## {self.say('rates_title')}", *rate_parts(self.rates, confidence, self.unrated, self.answer, self.say)]
        parts += method_parts(self.methods, self.chart, confidence, self.say)
        parts += difference_parts(self.differences, confidence, self.say)
        parts += turn_parts(self.turns, confidence, self.say)
        parts += rating_parts(self.ratings, self.modes, confidence, self.say)
        parts += equal_length_parts(self.equal_length, self.rates, self.say)
        parts += check_parts(self.checks, self.contradictions, confidence, self.say)
        parts += jury_parts(self.jury, self.notices, self.say) if self.jury else []
        parts += [
            f"## {self.say('judge_title')}",
            *(jury_parts(None, self.notices, self.say) if not self.jury else []),
            *health_parts(self.health, confidence, self.say),
        ]
        parts += retest_parts(self.retest, self.varying, confidence, self.say)
        parts += [f"## {self.say('people_title')}"]
        parts += agreement_parts(self.tables, self.agreement, self.alternative, confidence, self.say)
        parts += correction_parts(self.corrected, confidence, self.say)
        parts += labelled_parts(self.labelled, confidence, self.say)
        parts += [f"## {self.say('usage_title')}", usage_table(self.usage, self.say)]
        parts += [self.say("elsewhere_dataset")]
        return "\n\n".join(parts) + "\n"


def _load(params: Params) -> Tables:
    tables = Tables()
    models, matches = answering_models(params), params["matches"]
    load_judgments(tables, [paths.judgments(match) for match in matches], params["report"])
    load_retests(tables, [paths.judgments(match) for match in matches])
    tables.load("answers", [paths.answers(model) for model in models], columns.ANSWERS)
    tables.load("questions", [paths.edited(BENCHMARK, "question")], columns.QUESTIONS)
    load_ratings(tables, params)
    _only_benchmark(tables)
    transcripts = [paths.transcript(answer_stage(params, model)) for model in models]
    transcripts += [paths.transcript(f"judge@{match}") for match in matches]
    transcripts += [paths.transcript(f"score@{model}") for model in params["scores"]]
    trained = params["answer"].get("trained")
    trained_blocks = [{"endpoint": trained["endpoint"], "model": id} for id in models] if trained else []
    load_responses(tables, transcripts, params, [*judge_blocks(params).values(), *params["models"].values(), *trained_blocks])
    tables.fill(
        "categories", "name text, place int", ((name, place) for place, name in enumerate(params["labels"]["question"]))
    )
    compositions = ((id, model.base, model.set) for id, model in methods(params).items())
    tables.fill("methods", "model text, base text, training_set text", compositions)
    tables.keep("benchmark/makers")
    load_votes(tables, params)
    return tables


def _only_benchmark(tables: Tables) -> None:
    """Take out what is of another corpus than the benchmark's: the report has rows of their own for those."""
    for table, field in (("judgments", "question"), ("answers", "id")):
        tables.run(f"delete from {table} where {field} not in (select id from questions)")


def _at_equal_length(row: EqualLengthRow | None) -> dict[str, float | None]:
    if row is None:
        return {"length_rate": None, "length_low": None, "length_high": None}
    return {"length_rate": row["rate"], "length_low": row["low"], "length_high": row["high"]}


def _without(row: Mapping[str, object], *names: str) -> dict[str, object]:
    """Return the values of a row but for those that name it."""
    return {name: value for name, value in row.items() if name not in names}


def _rounded(row: Mapping[str, object], names: Sequence[str]) -> dict[str, object]:
    """Return some values of a row with two decimals, p-values with four: what a table of metrics has room for."""
    values = ((name, row[name]) for name in names)
    return {
        name: round(value, 4 if name.startswith("p_") else 2) if isinstance(value, float) else value for name, value in values
    }
