-- One row: one row of the dataset, with the step and the maker that it is from, and whether it failed.
with
final as (
    select 'translate@' || corpus as step, made_by, translation is null as failed from translated_rows
    union all
    select 'generate@' || generation, made_by, false from instructions
    union all
    select 'generate@' || generation, made_by, false from rejected
)
select * from final
