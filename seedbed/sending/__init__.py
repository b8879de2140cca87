"""Get the responses to a list of requests: first from the store, then from the endpoint."""
