-- One row: one range of lengths of one field, from a power of two to below the next, in characters, and how many texts
-- of each set fall into it, in percent of those that have the field. Ranges between the first and the last are all there.
-- needs: dataset/set_texts
with
lengths as (
    unpivot (select dataset, length(instruction) as instruction, length(input) as input, length(output) as output from set_texts)
    on instruction, input, output
    into name field value characters
),
ranges as (
    select dataset, field, length(bin(characters)) - 1 as power
    from lengths
    where characters > 0
),
counts as (
    select
        field, power,
        count(*) filter (dataset = 'instructions') as instructions,
        count(*) filter (dataset = 'seeds') as seeds,
        count(*) filter (dataset = 'baseline') as baseline
    from ranges
    group by all
),
spans as (
    select field, unnest(range(min(power), max(power) + 1)) as power
    from counts
    group by field
),
final as (
    select
        spans.field, (1 << spans.power) as at_least, (1 << (spans.power + 1)) as below,
        coalesce(instructions, 0) as instructions,
        coalesce(seeds, 0) as seeds,
        coalesce(baseline, 0) as baseline,
        round(coalesce(100.0 * instructions / nullif(sum(instructions) over field_rows, 0), 0), 2) as instructions_percent,
        round(coalesce(100.0 * seeds / nullif(sum(seeds) over field_rows, 0), 0), 2) as seeds_percent,
        round(coalesce(100.0 * baseline / nullif(sum(baseline) over field_rows, 0), 0), 2) as baseline_percent
    from spans
    left join counts on counts.field = spans.field and counts.power = spans.power
    window field_rows as (partition by spans.field)
)
select * from final order by list_position(['instruction', 'input', 'output'], field), at_least
