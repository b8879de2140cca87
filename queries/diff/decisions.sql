-- One row: one candidate that the filter kept in one revision and rejected in the other.
-- same_text says whether the candidate itself is the same: then it is the filter, or its neighbours, that changed.
-- needs: diff/decided
with
before as (
    select * from decided where side = 'old'
),
after as (
    select * from decided where side = 'new'
),
final as (
    select
        after.generation, after.id,
        before.decision as old,
        after.decision as new,
        before.text = after.text as same_text,
        after.instruction,
        before.neighbour as old_neighbour,
        before.score as old_score,
        after.neighbour as new_neighbour,
        after.score as new_score
    from before
    join after on after.generation = before.generation and after.id = before.id
    where (before.decision = 'kept') <> (after.decision = 'kept')
)
select * from final order by not same_text, new = 'kept', generation, id
