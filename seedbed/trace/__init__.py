"""`seedbed explain` and `seedbed impact`: trace a row back to its sources, and forward to what depends on it.

`resolve` finds the thing that a word names, `workspace` reads the build. Back: `explain` follows what each module of
`steps/` says of a row's origin; `describe_data` and `describe_benchmark` put a row into facts, `exchanges` a request.
Forward: `impact`, by `impact_data`, `impact_benchmark` and `impact_stages`. `staleness` says which stages are out of date,
`tree_text` draws.
"""
