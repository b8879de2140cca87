-- One row: one of the first five rows that were added, that were removed or that changed in a dataset, whole.
-- needs: diff/row_changes
with
numbered as (
    select *, row_number() over (partition by dataset, change order by place, id) as number
    from row_changes
    where change <> 'same_text'
),
final as (
    select dataset, change, id, old, new, number
    from numbered
    where number <= 5
)
select * from final order by dataset, change, number
