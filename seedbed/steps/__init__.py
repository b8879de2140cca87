"""The computation of each stage in `dvc.yaml`: one module per stage, pure functions."""
