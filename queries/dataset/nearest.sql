-- One row: one range of likeness (ROUGE-L F, twentieths), and how many rows of each set have their most similar other row
-- of the same set in it, in percent of the rows compared.
with
ranges as (
    select dataset, least(floor(score * 20 + 1e-6), 19)::int as twentieth
    from nearest
),
counts as (
    select
        twentieth,
        count(*) filter (dataset = 'instructions') as instructions,
        count(*) filter (dataset = 'seeds') as seeds,
        count(*) filter (dataset = 'baseline') as baseline
    from ranges
    group by twentieth
),
spans as (
    select unnest(range(min(twentieth), max(twentieth) + 1)) as twentieth
    from counts
),
final as (
    select
        spans.twentieth / 20.0 as at_least, (spans.twentieth + 1) / 20.0 as below,
        coalesce(instructions, 0) as instructions,
        coalesce(seeds, 0) as seeds,
        coalesce(baseline, 0) as baseline,
        round(coalesce(100.0 * instructions / nullif(sum(instructions) over (), 0), 0), 2) as instructions_percent,
        round(coalesce(100.0 * seeds / nullif(sum(seeds) over (), 0), 0), 2) as seeds_percent,
        round(coalesce(100.0 * baseline / nullif(sum(baseline) over (), 0), 0), 2) as baseline_percent
    from spans
    left join counts on counts.twentieth = spans.twentieth
)
select * from final order by at_least
