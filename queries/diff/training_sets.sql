-- One row: one training set that differs between two revisions, its examples on either side, and those that one side lacks.
-- An example has no id and is known by its text: one that changed is both removed and added.
with
counts as (
    select training_set, example, count(*) filter (side = 'old') as old, count(*) filter (side = 'new') as new
    from examples
    group by all
),
final as (
    select
        training_set,
        sum(old)::bigint as old,
        sum(new)::bigint as new,
        sum(greatest(new - old, 0))::bigint as added,
        sum(greatest(old - new, 0))::bigint as removed
    from counts
    group by training_set
    having added + removed > 0
)
select * from final order by training_set
