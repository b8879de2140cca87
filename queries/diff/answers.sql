-- One row: one model in one category: the questions that it answered in both revisions, and the answers that say something
-- else now.
-- needs: diff/row_changes
with
compared as (
    select after.dataset, after.id
    from lines as before
    join lines as after on after.dataset = before.dataset and after.id = before.id
    where before.side = 'old' and after.side = 'new' and starts_with(after.dataset, 'answers/')
),
final as (
    select
        split_part(compared.dataset, '/', 2) as model,
        coalesce(categories_of.category, '') as category,
        count(*) as compared,
        count(*) filter (row_changes.change = 'changed') as changed
    from compared
    left join row_changes on row_changes.dataset = compared.dataset and row_changes.id = compared.id
    left join categories_of on categories_of.question = compared.id
    group by all
    having changed > 0
)
select * from final order by model, category
