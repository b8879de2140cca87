#!/usr/bin/env bash
# Training on this machine's accelerator, if torch sees one: benchmarks/gpu_train.sh [STEPS [MINUTES]]. Fetches nothing.
#
# The base is SmolLM2-135M where `make real-train` brought it here, else a random one of under 300,000 weights. Where the set is
# not built, it is: on the stand-in. Prints what benchmarks/real_train.py measures; after MINUTES (8) what it measured so far.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH" HF_HUB_OFFLINE=1

if ! python -c 'import torch' 2>/dev/null; then
    echo "no torch here, so nothing was trained: make .venv/train installs it" >&2
    exit 0
fi
if ! python -c 'import torch; raise SystemExit(not torch.accelerator.is_available())'; then
    echo "torch sees no accelerator here, so nothing was trained" >&2
    exit 0
fi
python -c 'import torch; print("accelerator:", torch.accelerator.current_accelerator())' >&2

base=.venv-real/smollm2-135m
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ ! -f "$base/model.safetensors" ]; then
    base=$scratch/tiny
    python -m tests.training.tiny_base "$base"
fi
[ -f data/build/export/native/messages.jsonl ] || seedbed repro export@native >&2
status=0
timeout "${2:-8}m" python -m benchmarks.real_train --base "$base" --steps "${1:-200}" --out "$scratch/figures.json" || status=$?
if [ "$status" = 124 ]; then
    echo "not done within ${2:-8} minutes: what was measured so far follows" >&2
fi
[ ! -f "$scratch/figures.json" ] || cat "$scratch/figures.json"
exit "$status"
