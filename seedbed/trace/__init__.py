"""`seedbed explain` and `seedbed impact`: a row's way, back to what it came of and forth to what rests on it.

`lineage` holds the build and the tree's nodes, `names` finds what an id names. Back: `explain`, by `generated`, `judged` and
`row_origins`, down to `asked`, a request. Forth: `impact`, by `impact_data`, `impact_benchmark` and `impact_stages`.
`tree_text` draws.
"""
