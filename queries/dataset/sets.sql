-- One row: one of the three sets, and how different its tasks are from one another.
--   different              instructions that differ from all before them in at least a character
--   compared, median_nearest  rows held against all others of the set, and the median of their likeness to the nearest
-- needs: dataset/set_texts
with
texts as (
    select
        dataset, count(*) as tasks, count(distinct task_type) as task_types, count(distinct instruction) as different
    from set_texts
    group by dataset
),
likeness as (
    select dataset, count(*) as compared, round(median(score), 4) as median_nearest
    from nearest
    group by dataset
),
final as (
    select
        set_names.name as dataset, coalesce(tasks, 0) as tasks, coalesce(task_types, 0) as task_types,
        coalesce(different, 0) as different,
        coalesce(compared, 0) as compared, median_nearest
    from set_names
    left join texts on texts.dataset = set_names.name
    left join likeness on likeness.dataset = set_names.name
)
select final.* from final join set_names on set_names.name = final.dataset order by set_names.place
