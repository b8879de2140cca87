"""A request, its reply, its result, and what that costs."""
