"""report: one (match, category) with its counts, rates and interval; the judge's health; what the data came to.

match,model,baseline,category,n,wins,losses,ties,inconsistent,invalid,win_rate,adjusted_win_rate,ci_low,ci_high
good-vs-thin,good,thin,fermi,10,8,1,1,1,0,80.0,85.0,65.0,100.0
"""

import argparse
import sys
from pathlib import Path

from seedbed.project.params import load_params
from seedbed.reporting.agreement import agreement_rows
from seedbed.reporting.page import page
from seedbed.reporting.report import (
    Folders,
    build_tables,
    dataset_csv,
    health_csv,
    metrics,
    prune,
    summary,
    win_rate_rows,
    win_rates_csv,
)
from seedbed.util.errors import run
from seedbed.util.rows import write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="folder of what the stages wrote")
    parser.add_argument("--edits", type=Path, required=True, help="folder of the post-edits")
    parser.add_argument("--votes", type=Path, required=True, help="folder of the people's votes")
    parser.add_argument("--out", type=Path, required=True, help="folder of the reports")
    args = parser.parse_args()

    params = load_params()
    folders = Folders(args.build, args.edits, args.votes)
    prune(folders, params)
    tables = build_tables(folders, params)
    rates = win_rate_rows(tables, params["report"])
    health = tables.query("judge_health")
    agreement = agreement_rows(tables, params["report"])

    # Everything is computed before the first file is written: DVC deleted the old reports, and git has them.
    texts = {
        "win_rates.csv": win_rates_csv(rates),
        "judge_health.csv": health_csv(health),
        "dataset.csv": dataset_csv(tables),
        "metrics.json": metrics(tables, rates, health, agreement),
        "report.md": summary(tables, rates, health, agreement, params),
        "report.html": page(tables, folders, params, rates, health, agreement),
    }
    for name, text in texts.items():
        write_text(args.out / name, text)
    print(f"report: {args.out / 'report.html'}, {args.out / 'report.md'}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
