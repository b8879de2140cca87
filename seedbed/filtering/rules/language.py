"""Rules that know words and letters of the target language."""

from seedbed.filtering.language import first_match
from seedbed.filtering.rules.registry import Context, rule
from seedbed.util.prose import without_quotations
from seedbed.util.rows import Row
from seedbed.util.visible import is_blank


@rule
def wrong_language(candidate: Row, context: Context) -> str | None:
    """Too few letters are of the language's script, or too few words common ones of it, in the instruction or the output.

    An output may be in another language where the instruction asks for it.
    """
    reason = context.language.why_foreign(candidate["instruction"])
    if reason:
        return reason
    why = context.language.why_foreign_output(candidate["output"], f"{candidate['instruction']}\n{candidate['input']}")
    return f"output: {why}" if why else None


@rule
def refusal(candidate: Row, context: Context) -> str | None:
    """The output declines to answer, and nobody asked for words that decline."""
    language, output = context.language, candidate["output"]
    match = first_match(language.refusals, output) or first_match(language.excuses, output)
    if match is None:
        return None
    if first_match(language.refusals + language.excuses, candidate["input"]):
        return None  # to be rewritten
    asked = first_match(language.asks_for_excuses, f"{candidate['instruction']}\n{candidate['input']}")
    return None if asked and not first_match(language.refusals, output) else match


@rule
def not_text_task(candidate: Row, context: Context) -> str | None:
    """The instruction asks for what a text model cannot do, such as drawing."""
    return first_match(context.language.not_text_tasks, without_quotations(candidate["instruction"]))


@rule
def input_missing(candidate: Row, context: Context) -> str | None:
    """The instruction names a text that follows, and there is none."""
    if not is_blank(candidate["input"]):
        return None
    return first_match(context.language.missing_inputs, candidate["instruction"])
