-- One row: one model in one category, and how many of its answers to the same question say something else now.
with
final as (
    select
        split_part(dataset, '/', 2) as model,
        coalesce(categories_of.category, '') as category,
        count(*) filter (change = 'changed') as changed,
        count(*) filter (change = 'added') as added,
        count(*) filter (change = 'removed') as removed
    from diff_row_changes
    left join categories_of on categories_of.question = diff_row_changes.id
    where starts_with(dataset, 'answers/') and change <> 'same_text'
    group by all
)
select * from final order by model, category
