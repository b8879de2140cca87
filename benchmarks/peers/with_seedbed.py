"""The work by Seedbed, in an environment with its wheel: `python with_seedbed.py URL ROWS TEMPLATE OUT`.

The rows are questions in the project's own language, so that nothing is translated, and one model answers them.
"""

import json
import subprocess
import sys
from pathlib import Path

from seedbed.util.yaml12 import load_yaml

project = Path("project")
if len(sys.argv) == 2:  # `python with_seedbed.py URL`: set up the project, as a person does once
    subprocess.run(["seedbed", "init", "project", "--language", "ko"], check=True)
    params = load_yaml(project / "params.yaml")
    params["endpoints"]["local"] = {"structured": "text"}
    params["servers"]["local"] = {"base_url": sys.argv[1], "max_concurrency": 32}
    params["corpora"]["questions"] |= {"language": "ko"}
    params["models"] = {"one": {"endpoint": "local", "model": "a-model", "params": {}}}
    params["answer"] |= {"retry": "repeat"}
    params["matches"] = {}
    (project / "params.yaml").write_text(json.dumps(params), encoding="utf-8")
    (project / "data/references.ko.jsonl").write_text("", encoding="utf-8")
    raise SystemExit
_, rows, template, out = sys.argv[1:]
prompt = {"description": "The same question to every tool.", "language": "ko", "system": "", "again": "$problem"}
prompt["user"] = template.replace("{text}", "$question")
(project / "prompts/answer.yaml").write_text(json.dumps(prompt), encoding="utf-8")
lines = [json.loads(line) for line in Path(rows).read_text(encoding="utf-8").splitlines()]
questions = [json.dumps(line | {"category": "generic"}) + "\n" for line in lines]
(project / "data/questions.en.jsonl").write_text("".join(questions), encoding="utf-8")
subprocess.run(["seedbed", "repro", "answer@one"], cwd=project, check=True)
answers = [json.loads(line) for line in (project / "data/build/answers/one.jsonl").read_text(encoding="utf-8").splitlines()]
replies = [json.dumps({"id": each["id"], "reply": each["text"]}) + "\n" for each in answers if not each["failure"]]
Path(out).write_text("".join(replies), encoding="utf-8")
