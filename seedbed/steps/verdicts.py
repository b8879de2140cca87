"""From a judge's reply to a verdict, and to the hashes of what was judged."""

import re

from seedbed.exchange.replies import Response, Unusable, json_of, text_of
from seedbed.exchange.requests import Request
from seedbed.util.rows import Row

VERDICTS = {"A": "first", "B": "second", "C": "tie"}
_MARK = re.compile(r"\[\[([ABC])\]\]")


def judgment_of(request: Request, response: Response) -> Row:
    """Return `{"verdict", "explanation"}` of a judge's reply.

    Where the endpoint has structured output the verdict is a field; else it is the *last* `[[A]]`, `[[B]]` or `[[C]]`,
    since a judge that reasons may name others on its way.

    Raises:
        Unusable: the reply gives no verdict.
    """
    reply = request.content["reply"]
    if reply and reply["structured"] != "text":
        value = json_of(request, response)
        return {"verdict": VERDICTS[value["verdict"]], "explanation": value["explanation"]}
    text = text_of(response)
    marks = _MARK.findall(text)
    if not marks:
        raise Unusable("no_verdict", "the reply has no [[A]], [[B]] or [[C]]")
    return {"verdict": VERDICTS[marks[-1]], "explanation": text}
