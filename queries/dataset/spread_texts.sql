-- One row: one task of a set whose spread is measured: what the first generation wrote, kept or not, the seed tasks, the
-- direct translation. `kept` says whether the filter let a generated one pass; it is true of all others.
-- needs: dataset/set_texts
with
first_generation as (
    select name from generations where place = 0
),
final as (
    select dataset, true as kept, id, task_type, instruction, input, output from set_texts
    union all
    select 'instructions', false, id, task_type, instruction, input, output
    from rejected
    where generation = (select name from first_generation)
)
select * from final
