"""The tables of data/README.md are the data's own numbers."""

import re
from collections import Counter

from tests.data.bundled import (
    DATA,
    FILES,
    PARAMS,
    corpus,
    edits,
    report,
    rows_of,
)
from tests.harness import ROOT


def test_the_data_sheet_states_the_datas_own_numbers() -> None:
    sheet = (DATA / "README.md").read_text(encoding="utf-8")
    assert len(sheet.splitlines()) < 110
    seeds, baseline = corpus("seed_tasks"), corpus("baseline")
    expected = []
    for type in [*PARAMS["labels"]["task"], "all"]:
        ours = [row for row in seeds if type in ("all", row["task_type"])]
        theirs = sum(type in ("all", row["task_type"]) for row in baseline)
        empty = sum(not row["input"].strip() for row in ours)
        expected.append(f"| {type} | {len(ours)} | {len(ours) / len(seeds):.1%} | {empty} | {theirs} |")
    categories = Counter(row["category"] for row in corpus("questions"))
    expected.append(f"| questions | {' | '.join(PARAMS['labels']['question'])} | all |")
    expected.append(
        f"| rows | {' | '.join(str(categories[name]) for name in PARAMS['labels']['question'])} | {categories.total()} |"
    )
    for status in ("edited", "approved", "unreviewed"):
        cells = []
        for name in ("seed_tasks", "questions"):
            statuses = Counter(edits(name).get(row["id"], {"decision": "unreviewed"})["decision"] for row in corpus(name))
            cells.append(f"{statuses[status]} ({statuses[status] / len(corpus(name)):.1%})")
        expected.append(f"| {status} | {' | '.join(cells)} |")
    lines = sheet.splitlines()
    problems = [f"data/README.md: this line is missing: {line}" for line in expected if line not in lines]
    problems += [
        f"data/README.md: not the data's: {line}"
        for line in lines
        if re.match(r"\| [\w-]+ \| \d", line) and line not in expected
    ]
    rows = {path: int(n) for path, n in re.findall(r"^\| `([\w./]+\.jsonl)` \| (\d+) \|", sheet, re.MULTILINE)}
    actual = {str(path.relative_to(ROOT)): len(rows_of(path)) for path in FILES}
    problems += [
        f"data/README.md: {path}: {rows.get(path)} rows, where there are {n}"
        for path, n in actual.items()
        if rows.get(path) != n
    ]
    problems += [f"data/README.md: {path}: no such file" for path in set(rows) - set(actual)]
    report(problems)
