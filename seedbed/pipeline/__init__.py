"""Integration with DVC: the stage graph, status, checks before a build, the plan, repair."""
