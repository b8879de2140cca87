"""`seedbed diff`: what a change did to the data, to the win rates and to the bill.

`revisions` reads, and `layouts` gives what older revisions have its present name; `settings`, `datasets`, `results`, `bill`
and `staleness` compare, `compare` puts them together; `page` and `summary` say it in blocks, which `markdown` and
`html_page` write out.
"""
