"""Files that people write, as typed objects, and every path of a project."""
