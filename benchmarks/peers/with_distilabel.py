"""The work by distilabel, in its own environment: `python with_distilabel.py URL ROWS TEMPLATE OUT`."""

import json
import sys
from pathlib import Path

from distilabel.models import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.steps.tasks import TextGeneration


def main() -> None:
    """Run one pipeline of two steps, with its cache."""
    url, rows, template, out = sys.argv[1:]
    data = [json.loads(line) for line in Path(rows).read_text(encoding="utf-8").splitlines()]
    with Pipeline(name="peers") as pipeline:
        load = LoadDataFromDicts(data=data, batch_size=32)
        llm = OpenAILLM(model="a-model", base_url=url, api_key="none", max_retries=2)
        answer = TextGeneration(
            llm=llm, template=template.replace("{text}", "{{ text }}"), columns=["text"], input_batch_size=32
        )
        load >> answer
    found = pipeline.run(use_cache=True)["default"]["train"]
    lines = [json.dumps({"id": row["id"], "reply": row["generation"]}) + "\n" for row in found]
    Path(out).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
