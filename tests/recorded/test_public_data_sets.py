"""The table of public data sets in `docs/formats.md`: a row of each, as published, is read with its options."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seedbed.recorded.reading import Reading, Source
from seedbed.recorded.records import QuestionRecord, TaskRecord
from tests.harness import ROOT

ASK, REPLY = "Name a fruit.", "An apple."
CHAT = [{"content": ASK, "role": "user"}, {"content": REPLY, "role": "assistant"}]
HUMAN = f"\n\nHuman: {ASK}\n\nAssistant: "
ROWS: dict[str, Any] = {
    "Alpaca": {"instruction": ASK, "input": "", "output": REPLY, "text": "Below is an instruction …"},
    "Bactrian-X": {"instruction": ASK, "input": "", "id": "alpaca-0", "output": REPLY},
    "Evol-Instruct": {"idx": "6Yqw6Mt", "conversations": [{"from": "human", "value": ASK}, {"from": "gpt", "value": REPLY}]},
    "LIMA": {"conversations": [ASK, REPLY], "source": "stackexchange"},
    "No Robots": {"prompt": ASK, "prompt_id": "627a77", "messages": CHAT, "category": "Generation"},
    "Tülu 3": {"id": "oasst1_4260", "messages": CHAT, "source": "ai2-adapt-dev/oasst1_converted"},
    "LMSYS-Chat-1M": {"conversation_id": "33f0", "model": "m", "conversation": CHAT, "turn": 1, "redacted": False},
    "WildChat": {
        "conversation_hash": "cf12",
        "conversation": [message | {"country": "US", "toxic": False, "turn_identifier": 102} for message in CHAT],
        "turn": 1,
    },
    "UltraFeedback (binarized)": {
        **{"prompt": ASK, "prompt_id": "086b", "chosen": CHAT, "rejected": CHAT, "messages": CHAT, "score_chosen": 8.5},
    },
    "Orca DPO pairs": {"system": "", "question": ASK, "chosen": REPLY, "rejected": "No."},
    "HH-RLHF": {"chosen": HUMAN + REPLY, "rejected": f"{HUMAN}No."},
    "Dolly": {"instruction": ASK, "context": "", "response": REPLY, "category": "closed_qa"},
    "OpenOrca": {"id": "niv.242684", "system_prompt": "", "question": ASK, "response": REPLY},
    "Aya": {"inputs": ASK, "targets": REPLY, "language": "English", "language_code": "eng", "user_id": "f0ff69570af7"},
    "FLAN": {"inputs": ASK, "targets": REPLY, "task_source": "Flan2021", "template_type": "zs_noopt"},
    "OpenAssistant (the file of trees)": {
        "message_tree_id": "6ab24d72",
        "tree_state": "ready_for_export",
        "prompt": {"text": ASK, "role": "prompter", "replies": [{"text": REPLY, "role": "assistant", "replies": []}]},
    },
    "UltraChat": {"id": "0", "data": [ASK, REPLY, "Another."]},
    "ELYZA-tasks-100": {"input": ASK, "output": REPLY, "eval_aspect": "…"},
    "WildBench": {
        **{"id": "3bd8d1b1", "session_id": "d4e0", "conversation_input": [CHAT[0] | {"language": "English", "toxic": False}]},
        **{"references": {"gpt-4": REPLY}, "checklist": ["…"], "primary_tag": "Coding & Debugging"},
    },
    "GSM8K": {"question": ASK, "answer": "48/2 = <<48/2=24>>24\n#### 72"},
    "Chatbot Arena": {
        **{"question_id": "58210e39", "model_a": "a", "model_b": "b", "winner": "tie (bothbad)", "judge": "arena_user_973"},
        **{"conversation_a": CHAT, "conversation_b": CHAT, "turn": 1, "anony": True, "tstamp": 1682351591.1322},
    },
    "MT-bench human judgments": {
        **{"question_id": 81, "model_a": "a", "model_b": "b", "winner": "model_b", "judge": "author_2"},
        **{"conversation_a": CHAT, "conversation_b": CHAT, "turn": 1},
    },
}


def documented() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Yield name, what it is imported as, and the fields that `--map` names."""
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    lines = page.partition("| data set | import as | options |\n|---|---|---|\n")[2].partition("\n\n")[0].splitlines()
    for line in lines:
        names, target, options = (cell.strip() for cell in line.strip("|").split("|"))
        words = shlex.split(options.strip("`")) if options.startswith("`") else []
        fields = [(ours, theirs) for ours, _, theirs in (word.partition("=") for word in words if word != "--map")]
        for name in names.split(", "):
            yield name, target, fields


def test_the_table_has_each_data_set_of_this_test() -> None:
    assert sorted(name for name, _, _ in documented()) == sorted(ROWS)


@pytest.mark.parametrize(("name", "target", "fields"), [*documented()], ids=[name for name, _, _ in documented()])
def test_a_row_is_read_with_the_options_of_the_table(
    tmp_path: Path, name: str, target: str, fields: list[tuple[str, str]]
) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps(ROWS[name]) + "\n", encoding="utf-8")
    [(_, record)] = Reading(Source(file, fields=fields), target)
    if target == "rows":
        assert isinstance(record, TaskRecord)
        assert record[:3] == (ASK, "", REPLY)
    else:
        assert isinstance(record, QuestionRecord)
        assert record.turns == [ASK]
