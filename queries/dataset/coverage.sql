-- One row: one task type and one group of topics of the first generation: how many tasks it wrote and how many were kept.
-- Every type that was written stands beside every group that was asked for, also where there is nothing; no row where the
-- generation asked for no topics.
with
generated as (
    select generation, task_type, topic_group, true as kept from instructions
    union all
    select generation, task_type, topic_group, false from rejected
),
first_generation as (
    select task_type, topic_group, kept
    from generated
    where generation = (select name from generations where place = 0) and topic_group is not null
),
counts as (
    select task_type, topic_group, count(*) as written, count(*) filter (kept) as kept
    from first_generation
    group by all
),
cells as (
    select distinct types.task_type, groups.topic_group
    from counts as types
    cross join counts as groups
),
final as (
    select
        cells.task_type, cells.topic_group, coalesce(written, 0) as written, coalesce(kept, 0) as kept,
        round(100.0 * coalesce(kept, 0) / max(coalesce(kept, 0)) over (), 2) as percent
    from cells
    left join counts on counts.task_type = cells.task_type and counts.topic_group = cells.topic_group
)
select final.*
from final
left join task_types on task_types.name = final.task_type
order by task_types.place nulls last, task_type, topic_group
