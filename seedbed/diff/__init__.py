"""`seedbed diff`: compare two revisions: data, win rates and cost.

`revisions` reads, and `layouts` gives what older revisions have its present name; `settings`, `datasets`, `results`, `bill`
and `staleness` compare, `compare` puts them together; `page` and `summary` say it in blocks, which `markdown` and
`html_page` write out.
"""
