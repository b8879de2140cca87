r"""How the verdict is read in a judge's reply.

A format is a function from the reply to the verdict. The reply is a `dict`, read by
`schemas/replies/judgment.schema.json`, where the endpoint has structured output, else a text:

    @verdict_format
    def scores(reply: Row | str) -> str | None:
        found = re.search(r"A: (\d+)\s+B: (\d+)\s*$", reply)
        if not found:
            return None
        a, b = map(int, found.groups())
        return "first" if a > b else "second" if b > a else "tie"

The reply has another form where the judge's prompts have one of the format's name under `replies`.
"""

from collections.abc import Callable
from functools import partial

from seedbed.exchange.replies import Unusable
from seedbed.project.plugins import load_plugins, plugin_error
from seedbed.steps.mark import read_mark
from seedbed.util.errors import UserError
from seedbed.util.registry import Registry, place_of
from seedbed.util.rows import Row

DEFAULT = "letters"
"""The format where `judge.verdict_format` names none."""
VerdictFormat = Callable[[Row | str], str | None]
"""Returns `first`, `second` or `tie`, or with how much better it is `first_slight`, `first_strong`, `second_slight` or
`second_strong`; None where the reply gives no verdict, which makes it unusable, and no tie."""
VERDICTS = ("first", "second", "tie", "first_slight", "first_strong", "second_slight", "second_strong")
VERDICT_FORMATS: Registry[VerdictFormat] = Registry("verdict format", ("reply",))
verdict_format = VERDICT_FORMATS.register

_LETTERS = {"A": "first", "B": "second", "C": "tie"}
_STEPS = {"A>>B": "first_strong", "A>B": "first_slight", "A=B": "tie", "B>A": "second_slight", "B>>A": "second_strong"}


@verdict_format
def letters(reply: Row | str) -> str:
    """`A`, `B` or `C` in the field `verdict`; in a text `[[A]]`, `[[B]]` or `[[C]]`, alone in its last sentence."""
    if isinstance(reply, dict):
        return _LETTERS[reply["verdict"]]
    mark = read_mark(reply)
    if mark is None:
        raise Unusable("no_verdict", "the reply does not end with one of [[A]], [[B]] and [[C]]")
    return _LETTERS[mark]


@verdict_format
def five_steps(reply: Row | str) -> str:
    """`A>>B`, `A>B`, `A=B`, `B>A` or `B>>A` in the field `verdict`; in a text in a mark like `[[A>>B]]`, as for `letters`."""
    if isinstance(reply, dict):
        return _STEPS[reply["verdict"]]
    mark = read_mark(reply, _STEPS)
    if mark is None:
        raise Unusable("no_verdict", "the reply does not end with one of [[A>>B]], [[A>B]], [[A=B]], [[B>A]] and [[B>>A]]")
    return _STEPS[mark]


def load_verdict_format(name: str) -> VerdictFormat:
    """Return the format that `judge.verdict_format` names, the library's own or a plug-in's.

    Raises:
        UserError: there is none of this name, or a plug-in cannot be imported.
    """
    load_plugins()
    form = VERDICT_FORMATS.get(name, "judge.verdict_format")
    return form if VERDICT_FORMATS.is_builtin(name) else partial(_plugged_in, name, form)


def _plugged_in(name: str, read: VerdictFormat, reply: Row | str) -> str | None:
    """Return the verdict that a plug-in reads in a reply; its mistakes are reported in one sentence."""
    try:
        verdict = read(reply)
    except Unusable:
        raise
    except Exception as error:
        raise plugin_error(error, f"verdict format {name!r}") from None
    if verdict is not None and verdict not in VERDICTS:
        raise UserError(
            f"{place_of(read)}: verdict format {name!r}: expected 'first', 'second', 'tie' or None, found {verdict!r}"
        )
    return verdict
