"""Blind votes: assignment of items to people, their order, and saving votes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from seedbed.project import paths
from seedbed.project.corpora import question_corpora, read_questions
from seedbed.project.edits import Conflict
from seedbed.project.params_types import Match, Params
from seedbed.project.row_types import CastVote, EditedQuestion, Vote
from seedbed.project.votes import read_votes, vote_status
from seedbed.review.queue.file_cache import FileCache
from seedbed.review.queue.worklist import neighbour
from seedbed.review.shares import share_out, stable_rank
from seedbed.util.canonical import content_hash
from seedbed.util.errors import UserError
from seedbed.util.jsonl_edit import locked, put_lines
from seedbed.util.rows import read_rows


@dataclass(frozen=True)
class Ballot:
    """Two answers to one question, to be compared.

    Attributes:
        match: in `params.yaml`.
        question: its id.
        category: the question's.
        round: in which round of the match it is drawn; a round has one question of each category.
    """

    match: str
    question: str
    category: str
    round: int

    @property
    def name(self) -> str:
        """What the page calls it, so that neither match nor models show."""
        return content_hash(["ballot", self.match, self.question])[:16]


@dataclass(frozen=True)
class Answers:
    """What the build has to vote on.

    Attributes:
        matches: `model` and `baseline` by match.
        questions: rows of the edited questions, by id.
        texts: by (model, question); None where an answer failed.
    """

    matches: Mapping[str, Match]
    questions: Mapping[str, EditedQuestion]
    texts: Mapping[tuple[str, str], str | None]

    def pair(self, match: str, question: str) -> tuple[str, str] | None:
        """Return the texts of model and baseline; None where one is missing."""
        model = self.texts.get((self.matches[match]["model"], question))
        baseline = self.texts.get((self.matches[match]["baseline"], question))
        return None if model is None or baseline is None else (model, baseline)


def load_answers(params: Params, cache: FileCache) -> Answers:
    """Read the questions and the answers of every match; a model that has not answered yet has no texts.

    Raises:
        UserError: a file is not valid, or there are no questions yet.
    """
    matches = params["matches"]
    files = {model: paths.answers(model) for match in matches.values() for model in (match["model"], match["baseline"])}
    corpora = [paths.edited(name, "question") for name in question_corpora(params)]
    if missing := next((path for path in corpora if not path.is_file()), None):
        raise UserError(f"{missing}: no such file; there is nothing to vote on yet; run `seedbed repro` first")

    def read() -> Answers:
        texts: dict[tuple[str, str], str | None] = {}
        for model, path in files.items():
            for row in read_rows(path, "answer") if path.is_file() else ():
                texts[model, row["id"]] = row["text"]
        rows = {row["id"]: row for row in read_questions()}
        return Answers(matches, rows, texts)

    return cache.get("answers", [*corpora, *files.values(), paths.PARAMS], read)


def sample(answers: Answers, per_match: int | None) -> list[Ballot]:
    """Draw the ballots of every match: the same for everyone, and the first of a larger draw.

    Round after round takes one question of each category, by a stable hash, until `per_match` are drawn or none is left.
    """
    drawn: list[Ballot] = []
    for match in answers.matches:
        answered = sorted((id for id in answers.questions if answers.pair(match, id)), key=partial(stable_rank, match))
        seen = Counter[str]()
        ballots = []
        for id in answered:
            category = answers.questions[id]["category"]
            ballots.append(Ballot(match, id, category, seen[category]))
            seen[category] += 1
        ballots.sort(key=lambda ballot: (ballot.round, stable_rank(ballot.match, ballot.round, ballot.category)))
        drawn += ballots[:per_match]
    return drawn


def assign(ballots: Sequence[Ballot], people: Sequence[str], each: int) -> dict[str, list[Ballot]]:
    """Give each ballot to `each` of `people`, so that everyone gets as many, give or take one, in every match.

    Raises:
        UserError: more people for each ballot than there are.
    """
    if each > len(people):
        raise UserError(f"--annotators {each}: but --people lists only {len(people)}; list more people, or lower it")
    return share_out(ballots, people, each, lambda ballot: (ballot.match, ballot.question), lambda ballot: ballot.match)


def draw(
    ballots: Sequence[Ballot], annotator: str, votes: Sequence[CastVote], people: Sequence[str], each: int | None
) -> list[Ballot]:
    """Return one person's ballots, in that person's own order within each round.

    Where `people` are named, a ballot is theirs by `assign`; else it is anybody's until `each` others have voted on it.

    Args:
        ballots: as `sample` gives them.
        annotator: the person.
        votes: of everybody, as `read_votes` gives them, those that count.
        people: the names; empty where they are not known beforehand.
        each: how many are to vote on a ballot; None for everyone.
    """
    if people:
        mine = assign(ballots, people, each or len(people)).get(annotator, [])
    else:
        others = Counter((vote["match"], vote["question"]) for vote in votes if vote["annotator"] != annotator)
        done = {(vote["match"], vote["question"]) for vote in votes if vote["annotator"] == annotator}
        mine = [b for b in ballots if each is None or others[b.match, b.question] < each or (b.match, b.question) in done]
    return sorted(mine, key=lambda b: (b.round, stable_rank(annotator, b.match, b.question)))


@dataclass(frozen=True)
class Share:
    """What one person votes on.

    Attributes:
        ballots: in the person's own order.
        waiting: those without a vote that counts.
    """

    ballots: list[Ballot]
    waiting: list[Ballot]

    def next_name(self, name: str) -> str | None:
        """Return the name of the waiting ballot after the one of this name, round the end; None where none waits."""
        return neighbour([ballot.name for ballot in self.ballots], {ballot.name for ballot in self.waiting}, name)


def votes_with_status(answers: Answers) -> list[tuple[CastVote, str]]:
    """Return everybody's votes, each with what it is worth: `counted`, `stale` or `orphaned`."""
    return [(vote, vote_status(vote, answers.matches, answers.texts)) for vote in read_votes(paths.VOTES)]


def vote_of(annotator: str, match: str, question: str) -> Vote | None:
    """Return a person's present vote on a ballot, as the file has it now."""
    path = paths.votes(annotator)
    rows: Iterable[Vote] = read_rows(path, "vote", unique=None) if path.is_file() else ()
    return next((row for row in rows if (row["match"], row["question"]) == (match, question)), None)


def save_vote(annotator: str, match: str, question: str, vote: Vote | None, expected: Vote | None) -> None:
    """Put a vote in the place of the person's present one, or remove that where `vote` is None.

    Raises:
        Conflict: the present vote is not `expected`; nothing is written.
        UserError: the file is not valid.
    """
    path = paths.votes(annotator)

    def accepted() -> dict[tuple[str, str], Vote | None]:
        present = vote_of(annotator, match, question)
        if present != expected:
            raise Conflict(question, present)
        return {(match, question): vote}

    with locked(path, paths.locks()):
        put_lines(path, accepted, lambda row: (row["match"], row["question"]), lambda item: item)
