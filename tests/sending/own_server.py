"""An OpenAI-compatible server to start with `servers.<id>.command`; it notes in a folder that it runs, and what it was asked.

python own_server.py PORT MODEL FOLDER [slow | never | dies | wrong-model | broken | stubborn]
"""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
from tests.harness import completion, kind_of, reply_to

SLOW_S = 2.5
DIES_AFTER = 3
"""Requests."""


def main() -> None:
    port, model, folder, *rest = sys.argv[1:]
    how = rest[0] if rest else ""
    if how == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    worker = subprocess.Popen(["sleep", "600"])
    with (Path(folder) / "processes").open("a") as file:
        file.write(f"{json.dumps({'server': os.getpid(), 'keeper': os.getppid(), 'worker': worker.pid})}\n")
    print("loading the weights", flush=True)
    if how == "broken":
        sys.exit("no such file: weights.gguf")
    if how == "never":
        time.sleep(600)
    time.sleep(SLOW_S if how == "slow" else 0)
    asked = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.reply(json.dumps({"data": [{"id": "other" if how == "wrong-model" else model}]}).encode())

        def do_POST(self) -> None:
            nonlocal asked
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked += 1
            with (Path(folder) / "asked").open("a") as file:
                file.write(f"{kind_of(body)}\n")
            if how == "dies" and asked == DIES_AFTER:
                print("out of memory", flush=True)
                os._exit(1)
            time.sleep(0.3)
            self.reply(completion(reply_to(body)))

        def reply(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
