-- One row: one thing that can become of a candidate instruction, and how often it did in two revisions.
-- needs: diff/decided
with
counts as (
    select
        decision,
        count(*) filter (side = 'old') as old,
        count(*) filter (side = 'new') as new
    from decided
    group by decision
),
final as (
    select decision, old, new, new - old as change
    from counts
    where old <> new
)
select * from final order by decision <> 'kept', abs(change) desc, decision
