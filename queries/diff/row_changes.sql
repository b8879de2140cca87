-- One row: one row of a dataset that is not the same, byte for byte, in two revisions; rows are known by their id.
-- Where a row came from (its request, its maker, its judge, its demonstrations, the hashes an edit was made on) is told apart from
-- what it says.
with
before as (
    select * from lines where side = 'old'
),
after as (
    select * from lines where side = 'new'
),
paired as (
    select
        coalesce(after.dataset, before.dataset) as dataset,
        coalesce(after.id, before.id) as id,
        coalesce(after.place, before.place) as place,
        before.line as old,
        after.line as new
    from before
    full join after on after.dataset = before.dataset and after.id = before.id
    where before.line is distinct from after.line
),
said as (
    select
        *,
        json_merge_patch(old, origin.nothing) as old_said,
        json_merge_patch(new, origin.nothing) as new_said
    from paired
    cross join (
        select '{"request":null,"made_by":null,"demonstrations":null,"source_hash":null,"machine_hash":null,"judge":null}'::json as nothing
    ) as origin
),
final as (
    select
        dataset, id, place, old, new,
        case
            when old is null then 'added'
            when new is null then 'removed'
            when old_said::text = new_said::text then 'same_text'
            else 'changed'
        end as change
    from said
)
select * from final
