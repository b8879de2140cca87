"""How much the tasks of a set differ once what many of them share is put aside.

A set may look diverse because its instructions begin and end in many ways, and ask the same all the time. Here an instruction
is cut down to its *core text*: the sentence that asks, with the input that it is about.
"""

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

_LEAST_CORE = 8
"""Tokens of a core text; of a shorter one the whole instruction is taken, since the sentence that asks says too little."""
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？\n]*")
_ASKS = re.compile(r"[?？]\s*$")
SELF_BLEU_ROWS = 200
"""Rows of a set, drawn by hash, that are each held against the others for self-BLEU."""
_MOST_N = 4


def asking(instruction: str) -> str:
    """Return the sentence of an instruction that asks, without a tagger: the last with a question mark, else the last."""
    sentences = [sentence for sentence in _SENTENCE.findall(instruction) if any(map(str.isalnum, sentence))]
    return next((each for each in reversed(sentences) if _ASKS.search(each)), sentences[-1] if sentences else instruction)


def core_tokens(asking: Sequence[str], input: Sequence[str], instruction: Sequence[str]) -> list[str]:
    """Return the tokens of a core text.

    Args:
        asking: tokens of the sentence that asks.
        input: tokens of the input; none where there is none.
        instruction: tokens of the whole instruction, which are taken where the others are few.
    """
    core = [*asking, *input]
    return core if len(core) >= _LEAST_CORE else [*instruction, *input]


def self_bleu(texts: Sequence[Sequence[Hashable]]) -> float | None:
    """Return the mean BLEU-4 of each text against all others, 0 to 100; None where there are fewer than two.

    Counts of n-grams are clipped at the most that one other text has. Texts shorter than four tokens are left out. Where a text
    shares no n-gram of some length its BLEU is 0, without smoothing.
    """
    texts = [text for text in texts if len(text) >= _MOST_N]
    if len(texts) < 2:
        return None
    lengths = Counter(map(len, texts))
    logs = [0.0] * len(texts)
    for n in range(1, _MOST_N + 1):
        counted = [Counter(_grams(text, n)) for text in texts]
        highest: dict[tuple[Hashable, ...], tuple[int, int]] = {}
        for counts in counted:
            for gram, number in counts.items():
                first, second = highest.get(gram, (0, 0))
                highest[gram] = (number, first) if number >= first else (first, max(second, number))
        for place, counts in enumerate(counted):
            shared = sum(min(number, _of_others(highest[gram], number)) for gram, number in counts.items())
            logs[place] += math.log(shared / counts.total()) / _MOST_N if shared else -math.inf
    scores = [math.exp(log) * _brevity(len(text), lengths) for log, text in zip(logs, texts, strict=True)]
    return 100 * sum(scores) / len(scores)


def _grams(text: Sequence[Hashable], n: int) -> Iterator[tuple[Hashable, ...]]:
    return zip(*(text[start:] for start in range(n)), strict=False)


def _of_others(highest: tuple[int, int], own: int) -> int:
    """Return how often an n-gram occurs in the text that has it most often, the one with `own` left out."""
    return highest[1] if own == highest[0] else highest[0]


def _brevity(length: int, lengths: Counter[int]) -> float:
    """Return BLEU's penalty: the reference is the other text nearest in length, the shorter of two."""
    others = [other for other, number in lengths.items() if number > (other == length)]
    nearest = min(others, key=lambda other: (abs(other - length), other))
    return 1.0 if length >= nearest else math.exp(1 - nearest / length)
