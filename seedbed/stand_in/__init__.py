"""The stand-in: a small, deterministic, rule-based stand-in for a chat model, behind the real client.

It is for trying, testing and load. It is not a language model, and every row and report made with it says so.
Its model's name says in which language it speaks (`seedbed.stand_in.models`). It has Japanese and English of its own, in
`repertoire/`, one JSON Lines file a kind and language; every other language is English in that language's letters, marked
as such (`seedbed.stand_in.localise`). Its reply is a function of the request's body alone, so that the same build gives the
same bytes everywhere.
"""
