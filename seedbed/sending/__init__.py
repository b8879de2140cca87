"""From a list of requests to their responses: the store first, then the endpoint."""
