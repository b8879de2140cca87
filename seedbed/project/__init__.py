"""What people write, as typed objects, and every path of a project."""
