"""The work by curator, in its own environment: `python with_curator.py URL ROWS TEMPLATE OUT`."""

import json
import sys
from pathlib import Path

from bespokelabs import curator

url, rows, template, out = sys.argv[1:]


class Answers(curator.LLM):  # type: ignore[misc]
    """One request a row, as its documentation shows."""

    def prompt(self, input: dict[str, str]) -> str:
        """Return the row's prompt."""
        return input["template"].replace("{text}", input["text"])

    def parse(self, input: dict[str, str], response: str) -> dict[str, str]:
        """Return the row with its reply."""
        return {"id": input["id"], "reply": response}


# What keeps the good rows where some fail: by default it writes none. Its limits are per minute; these do not hold it back.
settings = {"base_url": url, "api_key": "none", "max_concurrent_requests": 32, "max_retries": 2, "require_all_responses": False}
settings |= {"max_requests_per_minute": 1_000_000, "max_tokens_per_minute": 1_000_000_000}
data = [json.loads(line) | {"template": template} for line in Path(rows).read_text(encoding="utf-8").splitlines()]
found = Answers(model_name="gpt-4o-mini", backend="openai", backend_params=settings)(data)
found = getattr(found, "dataset", found)
Path(out).write_text("".join(json.dumps({"id": row["id"], "reply": row["reply"]}) + "\n" for row in found), encoding="utf-8")
