-- One row: one candidate of one generation in one revision, and what the filter decided: kept, or the reason to reject it.
with
final as (
    select
        side,
        split_part(dataset, '/', 2) as generation,
        id,
        coalesce(line->>'reason', 'kept') as decision,
        line->>'instruction' as instruction,
        json_array(line->'instruction', line->'input', line->'output')::text as text,
        line->>'neighbour' as neighbour,
        (line->>'score')::double as score
    from lines
    where starts_with(dataset, 'instructions/') or starts_with(dataset, 'rejected/')
)
select * from final
