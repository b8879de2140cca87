"""A person at the page of one ballot: a question and two answers, and nothing that tells whose they are."""

import re
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from seedbed.project.row_types import Vote
from seedbed.project.votes import left_is_model
from seedbed.review.ballots import Answers, Ballot, Share, draw, load_answers, sample, votes_with_status
from seedbed.review.drawing import drawn_sample
from seedbed.review.web.forms import Posted, Run, texts_of
from seedbed.review.web.people import Annotator
from seedbed.review.web.state import State
from seedbed.review.web.visit import Visit
from seedbed.util.errors import UserError

_NAME = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, kw_only=True)
class BallotVisit(Visit):
    """One person at the page of one ballot.

    Attributes:
        name: the ballot's.
    """

    name: str
    kind: ClassVar[str] = "votes"
    default_verb: ClassVar[str] = "skip"
    most_characters: ClassVar[int] = 2_000

    @property
    def typed(self) -> dict[str, str]:
        """The reason."""
        return {"reason": texts_of(self.form, "reason").get("", "")}

    @property
    def posted_revision(self) -> str:
        """The vote that the page showed."""
        return self.form.get("revision", "")

    @property
    def content(self) -> object:
        """The verdict too: another one from the same page is no echo."""
        return [self.form.get("go"), self.typed]

    def ballot(self) -> Ballot:
        """Return the ballot, also where it is not among the person's own: an earlier vote may be changed."""
        for ballot in sample(answers_of(self.state), None):
            if ballot.name == self.name:
                return ballot
        raise HTTPException(404)

    def share(self) -> Share:
        """Return the person's ballots."""
        return share_of(self.state, self.person)

    def next_url(self) -> str:
        """Return the URL of the next ballot that waits; of the end page where none does."""
        following = self.share().next_name(self.name)
        return f"/votes/{following}" if following else "/votes"


def answers_of(state: State) -> Answers:
    """Return the questions and answers as their files have them now.

    Raises:
        UserError: a file is not valid, or there are no questions yet.
    """
    return load_answers(state.worklist.params, state.files)


def share_of(state: State, person: str) -> Share:
    """Return a person's ballots, and those of them that wait for a vote."""
    settings, answers = state.settings, answers_of(state)
    counted = [vote for vote, status in votes_with_status(answers) if status == "counted"]
    among = drawn_sample(answers) if settings.draw else sample(answers, settings.per_match)
    ballots = draw(among, person, counted, settings.people, settings.annotators)
    done = {(vote["match"], vote["question"]) for vote in counted if vote["annotator"] == person}
    return Share(ballots, [ballot for ballot in ballots if (ballot.match, ballot.question) not in done])


def shown_answers(answers: Answers, person: str, ballot: Ballot) -> tuple[str, str]:
    """Return the answer on the left and the one on the right.

    Raises:
        UserError: one of them is gone.
    """
    pair = answers.pair(ballot.match, ballot.question)
    if pair is None:
        raise UserError("one of the two answers no longer exists; go back to the votes and take the next one")
    return pair if left_is_model(person, ballot.match, ballot.question) else (pair[1], pair[0])


def shown_verdict(person: str, vote: Vote) -> str:
    """Return a vote as the person gave it, left or right, which keeps them blind."""
    if vote["verdict"] not in ("model", "baseline"):
        return vote["verdict"]
    model_left = left_is_model(person, vote["match"], vote["question"])
    return "left" if (vote["verdict"] == "model") == model_left else "right"


def open_visit(request: Request, state: Run, annotator: Annotator, name: str) -> BallotVisit:
    """Return a visit that has posted nothing yet."""
    if not _NAME.fullmatch(name):
        raise HTTPException(404)
    url, draft_key = f"/votes/{name}", f"votes.{name}"
    return BallotVisit(request=request, state=state, person=annotator, url=url, draft_key=draft_key, name=name)


def _posted(form: Posted, visit: Annotated[BallotVisit, Depends(open_visit)]) -> BallotVisit:
    return replace(visit, form=form)


OpenedBallot = Annotated[BallotVisit, Depends(open_visit)]
PostedBallot = Annotated[BallotVisit, Depends(_posted)]
