"""score: one rating of one turn of one answer, from 1 to 10, by one judge (single grading, arXiv 2306.05685).

{"explanation":"…","failure":null,"judge":"judge","made_by":{…},"model":"good","question":"fermi-01","rating":8,"request":"9f2c…"}
"""

from collections.abc import Iterator, Mapping, Sequence

from seedbed.exchange.replies import Unusable, json_of, text_of
from seedbed.exchange.requests import Request, build_request
from seedbed.exchange.responses import Response
from seedbed.exchange.result import Result
from seedbed.project.corpora import turns_of
from seedbed.project.model_settings import ModelSettings
from seedbed.project.params_types import DEFAULT_JUDGE
from seedbed.project.prompts import Prompt, load_prompt, render
from seedbed.project.row_types import EditedQuestion, Failure, Score
from seedbed.steps.answering import asked_as
from seedbed.steps.judging import Answers, Beside, conversation, request_id, turn_texts, turns
from seedbed.steps.mark import read_mark

RATINGS = range(1, 11)
_ORDER = "score"
"""In an id, at the place where that of a judgment has its order: `fermi-01.score`, `fermi-01.score2.large`."""


def prompt_name(with_reference: bool, turn: int = 1) -> str:
    """Return the name of the prompt with which a turn of an answer is rated, beside a reference or without."""
    if turn > 1:
        return "score_turn"
    return "score_reference" if with_reference else "score"


def load_prompts() -> dict[str, Prompt]:
    """Return the prompts by name."""
    return {name: load_prompt(name) for name in ("score", "score_reference", "score_turn")}


def score_id(question: str, judge: str, turn: int = 1) -> str:
    """Return the id under which a rating is asked for."""
    return request_id(question, _ORDER, judge, turn)


def score_ids(question: EditedQuestion, judge: str) -> list[str]:
    """Return the ids of all ratings of a question's turns by one judge."""
    return [score_id(question["id"], judge, turn) for turn in turns(question)]


def build(
    questions: Sequence[EditedQuestion],
    answers: Answers,
    beside: Beside,
    prompts: Mapping[str, Prompt],
    to: ModelSettings,
    again: Mapping[str, int] = {},
    judge: str = DEFAULT_JUDGE,
) -> list[Request]:
    """Return one request a turn of each question; none where the answer failed.

    Args:
        questions: the questions, in order.
        answers: the model's.
        beside: as from `seedbed.steps.judging.beside`.
        prompts: as from `load_prompts`.
        to: how the judge is asked.
        again: how often a rating is to be asked once more, by its id; one without a judge is meant of every judge.
        judge: the judge's id.
    """
    requests = []
    for question in questions:
        id, asked, answered = question["id"], turns_of(question), turn_texts(answers[question["id"]])
        for turn in turns(question) if answered else ():
            data = {"question": asked[turn - 1], "answer": answered[turn - 1]} | dict(beside.get(asked_as(id, turn), {}))
            if turn > 1:
                data["before"] = conversation(asked[: turn - 1], answered)
            prompt = prompts[prompt_name("reference" in data, turn)]
            name = score_id(id, judge, turn)
            times = sum(again.get(one, 0) for one in {name, score_id(id, DEFAULT_JUDGE, turn)})
            requests.append(build_request(name, to, prompt, render(prompt, to.structured, data), again=times))
    return requests


def read(request: Request, response: Response) -> dict[str, object]:
    """Return `{"rating", "explanation"}` of a judge's reply: the field `rating`, or a mark like `[[7]]` in the last sentence.

    Raises:
        Unusable: the reply gives no rating from 1 to 10.
    """
    asked, text = request.content["reply"], text_of(response)
    if asked and asked["structured"] != "text":
        return dict(json_of(request, response))
    mark = read_mark(text, [str(rating) for rating in RATINGS])
    if mark is None:
        raise Unusable("no_rating", "the reply does not end with a rating from [[1]] to [[10]]")
    return {"rating": int(mark), "explanation": text}


def scored(
    model: str,
    questions: Sequence[EditedQuestion],
    to: ModelSettings,
    results: Sequence[Result[dict[str, object]]],
    judge: str = DEFAULT_JUDGE,
) -> Iterator[Score]:
    """Yield a judge's rating of each turn of each question; None where a reply or the answer could not be used.

    Args:
        model: whose answers were rated.
        questions: the questions, in order.
        to: how the judge was asked.
        results: of the requests of `build`.
        judge: the judge's id.
    """
    by_id = {result.request.id: result for result in results}
    no_answer: Failure = {"reason": "no_answer", "detail": "the answer failed", "text": None}
    for question in questions:
        for turn in turns(question):
            result = by_id.get(score_id(question["id"], judge, turn))
            failure, value = (result.failure, result.value) if result else (no_answer, None)
            row: Score = {
                "model": model,
                "question": question["id"],
                "judge": judge,
                "rating": int(str(value["rating"])) if value else None,
                "explanation": str(value["explanation"]) if value else failure["text"] if failure else None,
                "failure": failure,
                "request": result.request.key if result else None,
                "made_by": to.made_by,
            }
            if len(turns(question)) > 1:
                row["turn"] = turn
            yield row
