"""The stages of `dvc.yaml`, one module each: read the deps, call, write the outs."""
