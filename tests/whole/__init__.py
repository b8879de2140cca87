"""Trials of a whole project: `dvc repro`, counted at a server."""
