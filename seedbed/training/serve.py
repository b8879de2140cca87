"""`python -m seedbed.training.serve`: serve a base or trained model with an OpenAI-compatible API on this machine.

    servers:
      trained:
        command: python -m seedbed.training.serve {model} --port {port}

The model is an id of `bases` or `trained` in the `params.yaml` of the current folder. Answers come one at a time, on the CPU or
the accelerator that torch sees. `--engine vllm` starts vLLM with the same base and adapter instead, where it is installed. It
listens on loopback alone.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

from aiohttp import web

from seedbed.project import paths
from seedbed.project.params import load_params
from seedbed.project.params_types import Base
from seedbed.training.chat import TEMPLATES, use_template
from seedbed.training.settings import base_of
from seedbed.training.weights import ADAPTER_CONFIG
from seedbed.util.canonical import JsonObject
from seedbed.util.errors import UserError, did_you_mean, run

_MOST_TOKENS = 2048
_SAMPLING = ("temperature", "top_p", "max_tokens", "seed")
_FIELDS = {"model", "messages", *_SAMPLING}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="id of a base or a trained model in params.yaml")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--engine", choices=("transformers", "vllm"), default="transformers")
    args = parser.parse_args()

    params, model = load_params(), args.model
    if model not in {**params["bases"], **params["trained"]}:
        raise UserError(
            f"{paths.PARAMS}: no base or trained model {model!r}{did_you_mean(model, [*params['bases'], *params['trained']])}"
        )
    weights = paths.adapter(model) if model in params["trained"] else None
    base = params["bases"][params["trained"][model]["base"] if weights else model]
    if args.engine == "vllm":
        command = vllm_command(base, weights, model, args.port)
        try:
            os.execvp(command[0], command)  # noqa: S606
        except OSError as error:
            raise UserError(f"vllm cannot be run: {error}; install it, or use --engine transformers") from None
    web.run_app(make_app(base, weights, model), host="127.0.0.1", port=args.port, print=None)


def vllm_command(base: Base, weights: Path | None, name: str, port: int) -> list[str]:
    """Return vLLM's command line for a base, what was trained on it, and the name to answer to."""
    whole = base_of(base)
    all_trained = weights is not None and not (weights / ADAPTER_CONFIG).is_file()
    command = ["vllm", "serve", str(weights) if all_trained else whole["model"], "--host", "127.0.0.1", "--port", str(port)]
    command += ["--dtype", whole["dtype"]] + ([] if all_trained else ["--revision", whole["revision"]])
    if whole["chat_template"] != "own":
        command += ["--chat-template", TEMPLATES[whole["chat_template"]]]
    if weights is None or all_trained:
        return [*command, "--served-model-name", name]
    return [*command, "--served-model-name", f"{name}-base", "--enable-lora", "--lora-modules", f"{name}={weights}"]


def make_app(base: Base, weights: Path | None, name: str) -> web.Application:
    """Return the server; the model is loaded before it listens.

    Raises:
        UserError: the base or its adapter cannot be loaded.
    """
    answerer = Answerer(base, weights)
    one_at_a_time = asyncio.Lock()

    async def models(request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": name, "object": "model"}]})

    async def completions(request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("model") != name:
            return _refusal(404, f"the model {body.get('model')!r} does not exist; this server has {name!r}", "model_not_found")
        if unknown := sorted(body.keys() - _FIELDS):
            return _refusal(400, f"unknown parameter {unknown[0]!r}; this server takes {', '.join(sorted(_FIELDS))}", None)
        async with one_at_a_time:
            choice, usage = await asyncio.to_thread(answerer.answer, body)
        document = {"id": "chatcmpl", "object": "chat.completion", "created": int(time.time()), "model": name}
        return web.json_response(document | {"choices": [choice], "usage": usage})

    app = web.Application(client_max_size=64 * 2**20)
    app.add_routes([web.get("/v1/models", models), web.post("/v1/chat/completions", completions)])
    return app


def _refusal(status: int, message: str, code: str | None) -> web.Response:
    return web.json_response({"error": {"message": message, "type": "invalid_request_error", "code": code}}, status=status)


class Answerer:
    """A model that answers chat messages.

    Args:
        base: its settings.
        weights: the folder that training wrote: an adapter, or all weights; None for the base as it is.

    Raises:
        UserError: it cannot be loaded.
    """

    def __init__(self, base: Base, weights: Path | None) -> None:
        import torch

        from seedbed.training.trainer import load_base

        is_adapter = weights is not None and (weights / ADAPTER_CONFIG).is_file()
        self._tokenizer, self._model = load_base("base", base, None if is_adapter else weights)
        use_template(self._tokenizer, base.get("chat_template", "own"), "base")
        if is_adapter:
            import peft

            self._model = peft.PeftModel.from_pretrained(self._model, str(weights))
        if torch.accelerator.is_available():
            self._model = self._model.to(torch.accelerator.current_accelerator())
        self._model.eval()
        self._torch = torch

    def answer(self, body: JsonObject) -> tuple[JsonObject, dict[str, int]]:
        """Return the choice and the usage of one request; the same request, the same answer."""
        torch, tokenizer = self._torch, self._tokenizer
        text = tokenizer.apply_chat_template(body["messages"], tokenize=False, add_generation_prompt=True)
        inputs = tokenizer(text, return_tensors="pt", add_special_tokens=False).to(self._model.device)
        most, temperature = body.get("max_tokens") or _MOST_TOKENS, body.get("temperature", 1.0)
        torch.manual_seed(body.get("seed") or 0)
        sampling = {"temperature": temperature, "top_p": body.get("top_p", 1.0), "top_k": 0} if temperature else {}
        with torch.inference_mode():
            out = self._model.generate(
                **inputs,
                max_new_tokens=most,
                do_sample=bool(temperature),
                pad_token_id=tokenizer.pad_token_id,
                eos_token_id=tokenizer.eos_token_id,
                **sampling,
            )
        asked = inputs["input_ids"].shape[1]
        reply_tokens = out[0][asked:]
        ended = len(reply_tokens) > 0 and int(reply_tokens[-1]) == tokenizer.eos_token_id
        reply = tokenizer.decode(reply_tokens, skip_special_tokens=True).strip()
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": reply},
            "finish_reason": "stop" if ended else "length",
        }
        return choice, {
            "prompt_tokens": asked,
            "completion_tokens": len(reply_tokens),
            "total_tokens": asked + len(reply_tokens),
        }


if __name__ == "__main__":
    try:
        run(main)
    except KeyboardInterrupt:
        sys.exit(130)
