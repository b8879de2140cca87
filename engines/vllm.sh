#!/usr/bin/env bash
# Answer exported requests with vLLM's batch runner: no server, no port, no network.
#
#   seedbed requests export answer@good /shared/requests --shards 8
#   engines/vllm.sh /shared/requests org/model --max-model-len 8192     # whatever follows the model is vLLM's
#   seedbed requests import /shared/requests
#
# Several machines share the work where each says which part is its own:
#
#   PART=0 PARTS=4 engines/vllm.sh …     # shards 0, 4, 8, …; the others run with PART=1, 2 and 3
#
# The model must be the one that the project names, or `--served-model-name` says the project's name. An answered shard is left
# alone, so that a run that was stopped goes on where it was; an unfinished one is asked again whole.
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: vllm.sh FOLDER MODEL [vLLM's options]" >&2
  exit 2
fi
folder=$1 model=$2
shift 2
part=${PART:-0} parts=${PARTS:-1}

mkdir -p "$folder/answers"
place=0 failed=0
for shard in "$folder"/*.jsonl; do
  name=$(basename "$shard")
  [ "$name" = requests.jsonl ] && continue
  [ -f "$shard" ] || { echo "$folder: no shards here; \`seedbed requests export\` writes them" >&2; exit 2; }
  mine=$((place % parts == part)) place=$((place + 1))
  if [ "$mine" = 0 ] || [ -e "$folder/answers/$name" ]; then
    continue
  fi
  # Under another name until it is whole: an import looks at .jsonl alone.
  if vllm run-batch -i "$shard" -o "$folder/answers/$name.part" --model "$model" "$@"; then
    mv "$folder/answers/$name.part" "$folder/answers/$name"
  else
    echo "$shard: vLLM failed; run this again" >&2
    failed=1
  fi
done
exit "$failed"
