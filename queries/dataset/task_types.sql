-- One row: one task type, and how many tasks of each set are of it, in numbers and in percent of the set.
-- needs: dataset/set_texts
with
counts as (
    select dataset, task_type, count(*) as tasks
    from set_texts
    group by all
),
shares as (
    select *, round(100.0 * tasks / sum(tasks) over (partition by dataset), 2) as percent
    from counts
),
final as (
    select
        task_type,
        coalesce(max(tasks) filter (dataset = 'instructions'), 0) as instructions,
        coalesce(max(percent) filter (dataset = 'instructions'), 0) as instructions_percent,
        coalesce(max(tasks) filter (dataset = 'seeds'), 0) as seeds,
        coalesce(max(percent) filter (dataset = 'seeds'), 0) as seeds_percent,
        coalesce(max(tasks) filter (dataset = 'baseline'), 0) as baseline,
        coalesce(max(percent) filter (dataset = 'baseline'), 0) as baseline_percent
    from shares
    group by task_type
)
select final.*
from final
left join task_types on task_types.name = final.task_type
order by task_types.place nulls last, task_type
