"""Convert a judge's reply into a judgment."""

from functools import partial
from typing import Literal, NotRequired, TypedDict, cast

from seedbed.exchange.replies import Unusable, json_of, text_of
from seedbed.exchange.requests import Request
from seedbed.exchange.responses import Response
from seedbed.exchange.result import Read
from seedbed.project.params_types import Params
from seedbed.steps.verdict_formats import DEFAULT, VerdictFormat, letters, load_verdict_format


class Verdict(TypedDict):
    """What a judge's reply says."""

    verdict: Literal["first", "second", "tie", "invalid"]
    strength: NotRequired[Literal["slight", "strong"]]
    explanation: str | None


def verdict_form(params: Params) -> str:
    """Return the verdict format of `params.yaml`; the judge's prompts may have a form of reply of its name."""
    return params["judge"].get("verdict_format", DEFAULT)


def judgment_reader(params: Params) -> Read[Verdict]:
    """Return `judgment_of` with the format that `judge.verdict_format` names.

    Raises:
        UserError: there is no such format, or a plug-in cannot be imported.
    """
    return partial(judgment_of, verdict_of=load_verdict_format(verdict_form(params)))


def judgment_of(request: Request, response: Response, verdict_of: VerdictFormat = letters) -> Verdict:
    """Return `{"verdict", "explanation"}` of a judge's reply, with the `strength` where the format says one.

    Raises:
        Unusable: the reply gives no verdict.
        UserError: a plug-in raised an exception, or gave what is no verdict.
    """
    asked, text = request.content["reply"], text_of(response)
    reply = json_of(request, response) if asked and asked["structured"] != "text" else text
    word = verdict_of(reply)
    if word is None:
        raise Unusable("no_verdict", "the reply gives no verdict")
    verdict, _, strength = word.partition("_")
    explanation = reply.get("explanation", text) if isinstance(reply, dict) else text
    return cast(Verdict, {"verdict": verdict, "explanation": explanation} | ({"strength": strength} if strength else {}))
