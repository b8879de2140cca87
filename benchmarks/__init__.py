"""Benchmarks: each prints ratios within one run, since seconds are another machine's business."""
