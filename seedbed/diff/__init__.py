"""`seedbed diff`: what a change did to the data, to the win rates and to the bill.

`revisions` reads, `settings`, `datasets`, `results`, `bill` and `built` compare, `compare` puts them together, `page` says
it in blocks, `markdown` and `html_page` write the blocks out.
"""
