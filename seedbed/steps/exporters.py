"""One training example, in each format that trainers read."""

from collections.abc import Callable

from seedbed.util.rows import Row


def alpaca(task: Row) -> Row:
    """Stanford Alpaca's fields."""
    return {name: task[name] for name in ("instruction", "input", "output")}


def messages(task: Row) -> Row:
    """Chat messages, as OpenAI's fine-tuning and most trainers read them."""
    return {"messages": [{"role": "user", "content": asked(task)}, {"role": "assistant", "content": task["output"]}]}


def sharegpt(task: Row) -> Row:
    """ShareGPT's conversations."""
    return {"conversations": [{"from": "human", "value": asked(task)}, {"from": "gpt", "value": task["output"]}]}


def asked(task: Row) -> str:
    """Return instruction and input as one user message."""
    return "\n\n".join(filter(None, [task["instruction"], task["input"]]))


FORMATS: dict[str, Callable[[Row], Row]] = {"alpaca": alpaca, "messages": messages, "sharegpt": sharegpt}
