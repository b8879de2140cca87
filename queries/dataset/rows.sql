-- One row: one row of data to browse: a generated instruction, kept or not, or what people or nobody edited of a translation.
--   source    the generation or the corpus
--   result    kept, the filter's reason, or what became of the translation (edited, …; where nobody is to edit it, translated, or
--             original where the text was in the target language already)
--   rejected  whether the filter rejected it
--   sets      the training sets that hold it
--   beside    the id of the row that it is too close to; null of all others
--   other_…   the text to read it beside: that row's, or the machine's translation before the edit
--   english   what was translated, field by field; a question's text counts as an instruction
--   drawn     its place among the rows of its source and result by a hash of the id, from 1; of counted
--   place     the order in which rows are shown
with
named as (
    select corpus, id, instruction, input, output, false as machine from edited where instruction is not null
    union all
    select corpus, id, text, '', '', false from edited where instruction is null
    union all
    select
        corpus, id, coalesce(translation->>'instruction', translation->>'text'), translation->>'input', translation->>'output', true
    from translated_rows
),
texts as (
    select generation, id, instruction, input, output from instructions
    union all
    -- What a generation is held against beside its own rows: seed tasks in the form that it has, and questions.
    select generations.name, named.id, named.instruction, named.input, named.output
    from generations
    join named on named.machine = (generations.seeds = 'machine' and named.corpus = 'seed_tasks')
),
neighbours as (
    select distinct on (generation, id) * from texts
),
generated as (
    select generation as source, id, 'kept' as result, task_type, instruction, input, output, null as why, null as beside, null as score
    from instructions
    union all
    select generation, id, reason, task_type, instruction, input, output, detail, neighbour, score from rejected
),
translated as (
    select
        translated_rows.corpus as source, translated_rows.id,
        case
            when edited.id is not null then edited.status
            when translated_rows.translation is null then 'failed'
            when translated_rows.corpus in (select corpus from edited) then 'left_out'
            when translated_rows.made_by->>'model' is null then 'original'
            else 'translated'
        end as result,
        coalesce(translated_rows.task_type, translated_rows.category) as task_type,
        coalesce(edited.instruction, edited.text, machine.instruction, '') as instruction,
        coalesce(edited.input, machine.input, '') as input,
        coalesce(edited.output, machine.output, '') as output,
        case when edited.id is not null then machine.instruction end as other_instruction,
        case when edited.id is not null then machine.input end as other_input,
        case when edited.id is not null then machine.output end as other_output,
        translated_rows.source as english
    from translated_rows
    left join edited on edited.corpus = translated_rows.corpus and edited.id = translated_rows.id
    left join named as machine
        on machine.machine and machine.corpus = translated_rows.corpus and machine.id = translated_rows.id
),
browsed as (
    select
        0 as kind, generated.*,
        neighbours.instruction as other_instruction, neighbours.input as other_input, neighbours.output as other_output,
        null::json as english
    from generated
    left join neighbours on neighbours.generation = generated.source and neighbours.id = generated.beside
    union all by name
    select 1 as kind, * from translated
),
held as (
    select browsed.source, browsed.id, list(distinct examples.training_set) as sets
    from browsed
    join examples
        on examples.id = browsed.id
        and (examples.instruction = browsed.instruction or examples.instruction = browsed.other_instruction)
    where browsed.beside is null and (browsed.kind = 1 or browsed.result = 'kept')
    group by all
),
final as (
    select
        browsed.* exclude (kind), browsed.kind = 0 and browsed.result <> 'kept' as rejected, coalesce(held.sets, []) as sets,
        row_number() over (partition by browsed.source, browsed.result order by sha256(browsed.id), browsed.id) as drawn,
        count(*) over (partition by browsed.source, browsed.result) as counted,
        row_number() over (order by browsed.kind, browsed.source, browsed.result <> 'kept', browsed.result, sha256(browsed.id), browsed.id)
            as place
    from browsed
    left join held on held.source = browsed.source and held.id = browsed.id
)
select * from final order by place
