-- One row: one candidate instruction in one revision, and what the filter decided: kept, or the reason to reject it.
with
final as (
    select
        side, id,
        coalesce(line->>'reason', 'kept') as decision,
        line->>'instruction' as instruction,
        json_array(line->'instruction', line->'input', line->'output')::text as text,
        line->>'neighbour' as neighbour,
        (line->>'score')::double as score
    from lines
    where dataset in ('instructions', 'rejected')
)
select * from final
