"""DVC's side of the pipeline: its graph, its status, the check before a build, the plan, the repair."""
