"""Benchmarks: questions, answers and verdicts of FastChat, Arena-Hard, AlpacaEval and flexeval."""

from typing import Any

from seedbed.recorded.chat_messages import LeftOut, Wrong, content, conversation, short
from seedbed.recorded.records import (
    AnswerRecord,
    QuestionRecord,
    VerdictRecord,
    array,
    first_of,
    question_record,
    text,
    text_or_none,
    turns_of_texts,
)
from seedbed.util.rows import Row


def fastchat_question(row: Row) -> QuestionRecord:
    turns = turns_of_texts(array(row, "turns"), "turns")
    return question_record(turns, first_of(row, "question_id"), text_or_none(row, "category"))


def fastchat_answer(row: Row) -> AnswerRecord:
    choices = array(row, "choices")
    if any(not isinstance(each, dict) for each in choices):
        raise Wrong("field choices: expected objects with turns")
    first = min(enumerate(choices), key=lambda pair: pair[1].get("index", pair[0]))[1]
    model = text_or_none(row, "model_id", "model")
    turns = turns_of_texts(array(first, "turns"), "choices.turns")
    return AnswerRecord(turns, first_of(row, "question_id", "uid"), None, model)


def _winner(row: Row, name: str) -> str:
    value = text(row, name)
    if value not in ("model_1", "model_2", "tie", "error"):
        raise Wrong(f"field {name}: expected one of model_1, model_2, tie, error, found {short(value)}")
    return value


def fastchat_verdict(row: Row) -> VerdictRecord:
    turn = row.get("turn")
    if turn is not None and (isinstance(turn, bool) or not str(turn).isdigit() or int(turn) < 1):
        raise Wrong(f"field turn: expected a whole number from 1, found {short(turn)}")
    return VerdictRecord(
        (text(row, "model_1"), text(row, "model_2")),
        _winner(row, "g1_winner"),
        _winner(row, "g2_winner"),
        first_of(row, "question_id"),
        turn=int(turn or 1),
        explanations=(text_or_none(row, "g1_judgment"), text_or_none(row, "g2_judgment")),
        answers=(text_or_none(row, "answer_1"), text_or_none(row, "answer_2")),
    )


_ARENA = {
    "A>>B": "A",
    "A>B": "A",
    "A=B": "tie",
    "B>A": "B",
    "B>>A": "B",
    "A<B": "B",
    "A<<B": "B",
    "B<A": "A",
    "B<<A": "A",
    "B=A": "tie",
}
"""What each label of Arena-Hard says: the assistant that is better."""


def arena_hard_verdict(row: Row) -> VerdictRecord:
    """Return the verdict of two games: the baseline is assistant A in the first, the model in the second."""
    games = array(row, "games")
    if len(games) != 2:
        raise LeftOut(f"it has {len(games)} games, where both orders are two")
    winners, words = list[str](), list[str | None]()
    for place, (game, sides) in enumerate(zip(games, (("model_2", "model_1"), ("model_1", "model_2")), strict=True)):
        label = game.get("score") if isinstance(game, dict) else None
        if label is not None and label not in _ARENA:
            raise Wrong(f"field games.{place}.score: expected one of {', '.join(_ARENA)}, found {short(label)}")
        better = _ARENA.get(label or "")
        winners.append({"A": sides[0], "B": sides[1], "tie": "tie"}.get(better or "", "error"))
        words.append(content(game.get("judgment"), f"games.{place}.judgment") if isinstance(game, dict) else None)
    return VerdictRecord(
        (text(row, "model"), text(row, "baseline", "gpt-4-0314")),  # the baseline of version 0.1, whose rows do not say it
        winners[1],
        winners[0],
        first_of(row, "uid", "question_id"),
        explanations=(words[1], words[0]),
    )


def _number(value: Any) -> Any:
    """Return a number that CSV or a spreadsheet has as a text, None where that is blank, and any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return float(value) if value.strip() else None
    except ValueError:
        return value


def alpaca_eval_verdict(row: Row) -> VerdictRecord:
    """Return an annotation: `output_1` is the baseline's, and one order, drawn by chance, was judged."""
    preference = _number(row["preference"])
    if preference is not None and (
        isinstance(preference, bool) or not isinstance(preference, int | float) or not 0 <= preference <= 2
    ):
        raise Wrong(f"field preference: expected a number from 1 to 2, or null, found {short(preference)}")
    winner = (
        "error" if preference is None else "tie" if preference in (0, 1.5) else "model_1" if preference > 1.5 else "model_2"
    )
    return VerdictRecord(
        (text(row, "generator_2", "model"), text(row, "generator_1", "baseline")),
        winner,
        None,
        question=[text(row, "instruction")],
        answers=(text(row, "output_2"), text(row, "output_1")),
    )


def _flexeval_asked(row: Row) -> tuple[list[str], list[str | None]]:
    inner = row.get("extra_info", row.get("task_inputs"))
    messages = inner.get("messages") if isinstance(inner, dict) else None
    if isinstance(messages, list) and messages:
        chat = conversation(messages, "extra_info.messages")
        return chat.asked, chat.answered
    return [text(row, "lm_prompt")], []


def flexeval_question(row: Row) -> QuestionRecord:
    inner = row.get("extra_info", row.get("task_inputs"))
    about = inner if isinstance(inner, dict) else {}
    return QuestionRecord(_flexeval_asked(row)[0], first_of(about, "question_id", "id"), text_or_none(about, "category"))


def flexeval_answer(row: Row) -> AnswerRecord:
    inner = row.get("extra_info", row.get("task_inputs"))
    asked, answered = _flexeval_asked(row)
    about = inner if isinstance(inner, dict) else {}
    id = first_of(about, "question_id")
    # Without messages there is the whole prompt alone, of which the question is a part.
    question = asked if id is None or about.get("messages") else None
    return AnswerRecord([*answered, content(row.get("lm_output"), "lm_output")], id, question)
