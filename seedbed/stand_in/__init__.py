"""The stand-in: a small, deterministic, rule-based stand-in for a chat model, behind the real client.

It is for trying, testing and load. It is not a language model, and every row and report made with it says so.
What it can say is in `repertoire/`, one JSON Lines file a kind and language. Its reply is a function of the request's
body alone, so that the same build gives the same bytes everywhere.
"""
