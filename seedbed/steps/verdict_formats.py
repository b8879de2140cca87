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
"""

import re
from collections.abc import Callable
from functools import partial

from seedbed.exchange.replies import Unusable
from seedbed.project.plugins import load_plugins, plugin_error
from seedbed.util.errors import UserError
from seedbed.util.registry import Registry, place_of
from seedbed.util.rows import Row

DEFAULT = "letters"
"""The format where `judge.verdict_format` names none."""
VerdictFormat = Callable[[Row | str], str | None]
"""Returns `first`, `second` or `tie`; None where the reply gives no verdict, which makes it unusable, and no tie."""
VERDICT_FORMATS: Registry[VerdictFormat] = Registry("verdict format")
verdict_format = VERDICT_FORMATS.register

_LETTERS = {"A": "first", "B": "second", "C": "tie"}
_MARK = re.compile(r"\[\[([ABC])\]\]")


@verdict_format
def letters(reply: Row | str) -> str:
    """`A`, `B` or `C` in the field `verdict`; in a text the *last* `[[A]]`, `[[B]]` or `[[C]]`.

    The last one, since a judge that reasons may name others on its way.
    """
    if isinstance(reply, dict):
        return _LETTERS[reply["verdict"]]
    marks = _MARK.findall(reply)
    if not marks:
        raise Unusable("no_verdict", "the reply has no [[A]], [[B]] or [[C]]")
    return _LETTERS[marks[-1]]


def load_verdict_format(name: str) -> VerdictFormat:
    """Return the format that `judge.verdict_format` names, the library's own or a plug-in's.

    Raises:
        UserError: there is none of this name, or a plug-in cannot be imported.
    """
    load_plugins()
    found = VERDICT_FORMATS.get(name, "judge.verdict_format")
    return found if VERDICT_FORMATS.is_builtin(name) else partial(_plugged_in, name, found)


def _plugged_in(name: str, read: VerdictFormat, reply: Row | str) -> str | None:
    """Return the verdict that a plug-in reads in a reply; its mistakes are reported in one sentence."""
    try:
        verdict = read(reply)
    except Unusable:
        raise
    except Exception as error:
        raise plugin_error(error, f"verdict format {name!r}") from None
    if verdict not in (None, "first", "second", "tie"):
        raise UserError(
            f"{place_of(read)}: verdict format {name!r}: expected 'first', 'second', 'tie' or None, found {verdict!r}"
        )
    return verdict
