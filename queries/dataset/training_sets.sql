-- One row: one training example, with where it comes from; in the order of the other exports.
--   training_set  seedbed (the edited seeds, and what was generated from them) or baseline (translated, not edited)
--   origin        seed, generated or translated
--   status        of a seed: what a person did to it; empty for others
--   model         who translated or wrote it; empty where no model did
with
seeds as (select *, row_number() over () as place from exported_seeds),
generated as (select *, row_number() over () as place from instructions),
baseline as (select *, row_number() over () as place from baseline_tasks where translation is not null),
training_sets as (
    select
        1 as part, place, 'seedbed' as training_set, 'seed' as origin, id, status, task_type,
        instruction, input, output, made_by
    from seeds
    union all
    select 2, place, 'seedbed', 'generated', id, null, task_type, instruction, input, output, made_by
    from generated
    union all
    select
        3, place, 'baseline', 'translated', id, null, task_type,
        translation ->> 'instruction', translation ->> 'input', translation ->> 'output', made_by
    from baseline
),
final as (
    select
        training_set, origin, id, status, task_type, instruction, input, output,
        made_by ->> 'endpoint' as endpoint,
        made_by ->> 'model' as model
    from training_sets
    order by part, place
)
select * from final
