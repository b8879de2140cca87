"""Columns that reports read from each kind of row: names and DuckDB types."""

JUDGMENTS = (
    "match text, model text, baseline text, question text, order text, verdict text, made_by json, judge text, strength text, "
    "turn bigint, one_order boolean"
)
RATINGS = "model text, question text, turn bigint, judge text, rating double, made_by json"
ANSWERS = "id text, model text, text text, cut boolean, made_by json"
QUESTIONS = "id text, category text, text text, made_by json"
TASKS = "id text, status text, task_type text, instruction text, input text, output text, text text, made_by json"
INSTRUCTIONS = "id text, slot bigint, task_type text, topic_group text, instruction text, input text, output text, made_by json"
REJECTED = f"{INSTRUCTIONS}, reason text, detail text, neighbour text, score double"
TRANSLATED = "id text, task_type text, category text, source json, translation json, made_by json"
EXCHANGES = "request json, response json"
