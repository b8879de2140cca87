-- One row: one task of one of the three sets that are compared: kept instructions (of the first generation), seed tasks,
-- direct translation.
-- Baseline tasks that the model failed to translate have no text and are left out.
with
final as (
    select 'instructions' as dataset, id, task_type, instruction, input, output
    from instructions
    where generation = (select name from generations where place = 0)
    union all
    select 'seeds', id, task_type, instruction, input, output from edited where corpus = 'seed_tasks'
    union all
    select
        'baseline', id, task_type,
        translation->>'instruction', coalesce(translation->>'input', ''), coalesce(translation->>'output', '')
    from translated_rows
    where corpus = 'baseline' and json_type(translation) <> 'NULL'
)
select * from final
