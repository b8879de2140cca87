"""What each stage of `dvc.yaml` computes: one module a stage, pure functions."""
