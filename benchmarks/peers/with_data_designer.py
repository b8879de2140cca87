"""The work by data-designer, in its own environment: `python with_data_designer.py URL ROWS TEMPLATE OUT`."""

import json
import sys
from pathlib import Path

import data_designer.config as dd
from data_designer.config.run_config import ResumeMode, RunConfig
from data_designer.interface import DataDesigner

url, rows, template, out = sys.argv[1:]
provider = dd.ModelProvider(name="local", endpoint=url, api_key="none")
model = dd.ModelConfig(
    alias="answers",
    model="a-model",
    provider="local",
    skip_health_check=True,
    inference_parameters=dd.ChatCompletionInferenceParams(max_parallel_requests=32),
)
config = dd.DataDesignerConfigBuilder(model_configs=[model])
seed = Path.cwd() / "seed.jsonl"  # the same name each time: it is part of what a run is resumed by
seed.write_bytes(Path(rows).read_bytes())
config.with_seed_dataset(dd.LocalFileSeedSource(path=str(seed)), sampling_strategy=dd.SamplingStrategy.ORDERED)
config.add_column(dd.LLMTextColumnConfig(name="reply", prompt=template.replace("{text}", "{{ text }}"), model_alias="answers"))
designer = DataDesigner(artifact_path=Path.cwd() / "artifacts", model_providers=[provider])
# A run is resumed by whole row groups: of 1,000 rows by default, which an interruption at 40% would lose altogether.
designer.set_run_config(RunConfig(buffer_size=100, otel_metrics_port=None))
number = len(seed.read_text(encoding="utf-8").splitlines())
# From the last row group that was finished, where its fingerprint of the configuration is the same.
made = designer.create(config, num_records=number, dataset_name="peers", resume=ResumeMode.IF_POSSIBLE)
found = made.load_dataset()
lines = [json.dumps({"id": row["id"], "reply": row["reply"]}) + "\n" for row in found.to_dict("records")]
Path(out).write_text("".join(lines), encoding="utf-8")
