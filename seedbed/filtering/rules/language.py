"""Rules that know words and letters of the target language."""

from seedbed.filtering.language import first_match
from seedbed.filtering.rules.registry import Context, rule
from seedbed.util.rows import Row


@rule
def wrong_language(candidate: Row, context: Context) -> str | None:
    """Too few letters of the instruction are of the language's script, or too few words are common ones of the language."""
    return context.language.why_foreign(candidate["instruction"])


@rule
def refusal(candidate: Row, context: Context) -> str | None:
    """The output declines to answer."""
    return first_match(context.language.refusals, candidate["output"])


@rule
def not_text_task(candidate: Row, context: Context) -> str | None:
    """The instruction asks for what a text model cannot do, such as drawing."""
    return first_match(context.language.not_text_tasks, candidate["instruction"])
