"""A trainer for `train.command` without torch: its weights are a hash of what it was given.

python fake_trainer.py DATA BASE SEED OUT LOG
"""

import hashlib
import json
import sys
from pathlib import Path

data, base, seed, out, log = sys.argv[1:]
with Path(log).open("a") as file:
    file.write(f"{data} {base} {seed}\n")
digest = hashlib.sha256(Path(data).read_bytes() + base.encode() + seed.encode()).hexdigest()
folder = Path(out)
(folder / "adapter_model.safetensors").write_text(digest)
config = {"base_model_name_or_path": f"{folder.resolve()}/cache/{base}", "target_modules": ["v_proj", "k_proj"]}
(folder / "adapter_config.json").write_text(json.dumps(config))
(folder / "README.md").write_text("a card")
(folder / "checkpoint-1").mkdir()
(folder / "checkpoint-1" / "optimizer.pt").write_text("x")
