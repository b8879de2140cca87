"""Rules against what is there already: in the prompt, in the benchmark, among the seeds and the kept instructions."""

from seedbed.filtering.language import first_match
from seedbed.filtering.rules.registry import Context, Rejection, rule
from seedbed.util.prose import prose
from seedbed.util.rows import Row


@rule
def template_leak(candidate: Row, context: Context) -> str | None:
    """The candidate repeats the prompt's own words."""
    whole = candidate["instruction"] + "\n" + candidate["output"]
    leaked = next((sentence for sentence in context.wording if sentence in whole), None)
    return f"the prompt's own words: {leaked[:40]!r}" if leaked else first_match(context.language.leaks, prose(whole))


@rule
def benchmark_leak(candidate: Row, context: Context) -> Rejection | None:
    """The instruction is as close to a question of the benchmark as `filter.similarity.leak_threshold`."""
    near = context.questions.nearest(context.instruction)
    if near is None and context.text is not context.instruction:
        near = context.questions.nearest(context.text)
    return Rejection("benchmark_leak", "too close to a question of the benchmark", near) if near else None


@rule
def near_duplicate(candidate: Row, context: Context) -> Rejection | None:
    """Instruction and input are as close to a seed's or to a kept one's as `filter.similarity.threshold`."""
    near = context.pool.nearest(context.text)
    return Rejection("near_duplicate", "too close to a seed or to an instruction kept before", near) if near else None


@rule
def semantic_duplicate(candidate: Row, context: Context) -> Rejection | None:
    """Instruction and input mean the same as a seed's or a kept one's, by the embeddings of the model in `filter.semantic`."""
    near = context.meanings.nearest(context.meaning)
    return Rejection("semantic_duplicate", "means the same as a seed or an instruction kept before", near) if near else None
