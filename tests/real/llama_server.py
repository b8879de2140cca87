"""llama.cpp's own server in the foreground, out of the package `xllamacpp`, which ships no executable.

`.venv-real/bin/python tests/real/llama_server.py --weights FILE.gguf --model NAME --port N` listens on 127.0.0.1 until it is
ended. It runs in an environment of its own, so it imports nothing of Seedbed.
"""

import argparse
import signal
import threading

import xllamacpp

SLOTS, SLOT_TOKENS = 2, 4096
"""Requests at a time, and the context length of each."""


def main() -> None:
    """Load the weights, listen, and wait for the signal to end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="a GGUF file")
    parser.add_argument("--model", required=True, help="the model's name on the wire")
    parser.add_argument("--port", required=True, type=int)
    args = parser.parse_args()

    settings = xllamacpp.CommonParams()
    settings.model.path = args.weights
    settings.model_alias = {args.model}
    settings.hostnames, settings.port = ["127.0.0.1"], args.port
    settings.n_parallel, settings.n_ctx = SLOTS, SLOTS * SLOT_TOKENS
    # Two threads wait for each other in a loop: on a busy machine they are slower than one, by a factor of thirty.
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.use_jinja = True
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server = xllamacpp.Server(settings)
    print(f"listening on {server.listening_address}", flush=True)
    ended.wait()


if __name__ == "__main__":
    main()
