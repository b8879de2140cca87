-- One row: one thing that can become of a candidate of one generation, and how often it did in two revisions.
-- needs: diff/decided
with
counts as (
    select
        generation, decision,
        count(*) filter (side = 'old') as old,
        count(*) filter (side = 'new') as new
    from decided
    group by all
),
final as (
    select generation, decision, old, new, new - old as change
    from counts
    where old <> new
)
select * from final order by generation, decision <> 'kept', abs(change) desc, decision
