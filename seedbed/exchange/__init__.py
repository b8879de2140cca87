"""A request, its reply, what became of it, and what that costs."""
