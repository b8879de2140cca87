"""Fine-tuning, an optional extra: `make .venv/train`, or `pip install seedbed[train]` beside a torch of your own."""
