"""The stand-in at the wire, in languages other than Japanese."""

import asyncio
import json
import re
from typing import Any

import aiohttp
import httpx2
import numpy as np
import pytest
from aiohttp.test_utils import TestServer

from seedbed.stand_in.localise import OPEN, localise, unlocalise
from seedbed.stand_in.models import MODELS
from seedbed.stand_in.server import handle
from seedbed.stand_in.socket_server import make_app
from tests.stand_in.asking import ask, body, comparison, demonstrations, source

JSON: dict[str, Any] = {"response_format": {"type": "json_object"}}
SKY = "Why is the sky blue at noon and red at sunset, although the light comes from the same sun?"
GARDEN = "How can I keep slugs away from my lettuce without poison?"


def get(path: str) -> httpx2.Response:
    """Return the response to a GET."""
    return handle(httpx2.Request("GET", f"http://stand-in.invalid{path}"))


def test_the_list_of_models() -> None:
    assert [entry["id"] for entry in get("/v1/models").json()["data"]] == list(MODELS)
    assert get("/v1/models/stand-in-ko-thin").json() == {"id": "stand-in-ko-thin", "object": "model"}
    assert get("/v1/models/gpt-5").status_code == 404


@pytest.mark.parametrize("model", ["stand-in-korean", "gpt-5", 7, None])
def test_an_unknown_model_is_not_found(model: object) -> None:
    response = handle(
        httpx2.Request("POST", "http://stand-in.invalid/v1/chat/completions", json={"model": model, "messages": []})
    )
    assert response.status_code == 404
    assert f"the model {model!r} does not exist; the stand-in knows stand-in, stand-in-good" in response.text


def test_the_socket_lists_what_was_asked_too() -> None:
    async def talk() -> tuple[list[str], list[str], int]:
        async with TestServer(make_app(0, {})) as server, aiohttp.ClientSession() as session:
            before = await (await session.get(server.make_url("/v1/models"))).json()
            await session.post(server.make_url("/v1/chat/completions"), json=body("stand-in-ko-poor", GARDEN))
            await session.post(server.make_url("/v1/chat/completions"), json=body("no-such-model", GARDEN))
            after = await (await session.get(server.make_url("/v1/models"))).json()
            one = await session.get(server.make_url("/v1/models/stand-in-de"))
            return [entry["id"] for entry in before["data"]], [entry["id"] for entry in after["data"]], one.status

    before, after, status = asyncio.run(talk())
    assert before == list(MODELS)
    assert after == [*MODELS, "stand-in-ko-poor"]
    assert status == 200


def embed(given: object, model: str = "stand-in") -> httpx2.Response:
    """Return the response to an Embeddings call."""
    return handle(httpx2.Request("POST", "http://stand-in.invalid/v1/embeddings", json={"model": model, "input": given}))


def test_embeddings_tell_other_orders_of_words_from_other_words() -> None:
    texts = [
        "上司に有給休暇を申請するメールを書いてください。",
        "有給休暇を申請するメールを上司に書いてください。",
        "猫が語り手の短いお話を書いてください。",
    ]
    found = embed(texts).json()
    one, same, other = (np.array(entry["embedding"]) for entry in found["data"])
    assert float(one @ one) == pytest.approx(1, abs=1e-4)
    assert float(one @ same) > 0.8
    assert float(one @ other) < 0.5
    assert embed(texts[0]).json()["data"][0] == found["data"][0]  # the same each time, alone or among others
    assert found["usage"]["prompt_tokens"] > 0


@pytest.mark.parametrize(("given", "status"), [("", 400), ([], 400), ([1], 400), (None, 400), (7, 400)])
def test_what_cannot_be_embedded(given: object, status: int) -> None:
    assert embed(given).status_code == status


def test_an_unknown_model_embeds_nothing() -> None:
    assert embed("a", "gpt-5").status_code == 404


def test_the_socket_embeds_too() -> None:
    async def talk() -> Any:
        async with TestServer(make_app(0, {})) as server, aiohttp.ClientSession() as session:
            asked = {"model": "stand-in", "input": GARDEN}
            return await (await session.post(server.make_url("/v1/embeddings"), json=asked)).json()

    assert asyncio.run(talk()) == embed(GARDEN).json()


def test_a_translation_is_pseudo_localised_field_by_field() -> None:
    fields = {"instruction": "Sort the list.", "input": "", "output": "`a`, b\n"}
    found = json.loads(ask("stand-in-ko", source(**fields), **JSON))
    assert found["input"] == ""
    assert {name: unlocalise(text, "ko") for name, text in found.items()} == fields
    assert found["instruction"].startswith(OPEN)


def test_a_translation_into_english_is_marked_and_in_latin_letters() -> None:
    found = json.loads(ask("stand-in-en", source(text="수박은 과일인가요?", more="Ist das eine Straße?", input=" ")))
    assert re.fullmatch(r"\[untranslated\] [a-z]{3} [a-z]{5}\?", found["text"])
    assert found["more"] == "[untranslated] Ist das eine Straße?"
    assert found["input"] == " "


def test_what_the_japanese_phrasebook_does_not_have_is_pseudo_localised() -> None:
    found = json.loads(ask("stand-in", source(instruction="Nobody knows this sentence.", input=""), **JSON))
    assert unlocalise(found["instruction"], "ja") == "Nobody knows this sentence."
    assert found["instruction"].startswith(OPEN)


def test_instructions_are_as_many_as_asked_for_and_in_the_language() -> None:
    rows = json.loads(ask("stand-in-th", demonstrations(7), "Write tasks in Thai, please."))["instructions"]
    assert len(rows) == 7
    assert all(set(row) == {"task_type", "instruction", "input", "output"} for row in rows)
    assert sum(row["instruction"].startswith(OPEN) for row in rows) >= 5


def test_the_prompts_own_words_leak() -> None:
    wording = "Write tasks for training assistants."
    system = f"Hello.\n- {wording}\nReply in JSON, 3 fields each."
    replies = [json.loads(ask("stand-in-ko", demonstrations(50), system, seed=seed)) for seed in range(8)]
    outputs = [row["output"] for reply in replies for row in reply["instructions"]]
    leaking = [output for output in outputs if wording in output]
    assert len(leaking) >= 2
    assert all(output.startswith(f"{wording}\n") for output in leaking)


def test_a_reply_is_a_function_of_the_request() -> None:
    assert ask("stand-in-de", demonstrations(5), seed=1) == ask("stand-in-de", demonstrations(5), seed=1)
    assert ask("stand-in-de", demonstrations(5), seed=1) != ask("stand-in-de", demonstrations(5), seed=2)


@pytest.mark.parametrize("language", ["ko", "de", "en"])
def test_a_verdict_in_json_and_in_words(language: str) -> None:
    question = localise(SKY, language)
    good, thin = (ask(f"stand-in-{language}-{level}", question) for level in ("good", "thin"))
    found = json.loads(ask(f"stand-in-{language}", comparison(question, good, thin), "Reply in JSON."))
    assert found["verdict"] == "A"
    assert unlocalise(found["explanation"], language).endswith("All in all, answer A is the better one.")
    in_words = ask(f"stand-in-{language}", comparison(question, thin, good))
    explanation, verdict = in_words.split("\n\n")
    assert verdict == "[[B]]"
    assert unlocalise(explanation, language).startswith(f"Answer A has {len(thin)} characters")
