-- One row: one dataset that differs between two revisions, with its rows on either side and what became of them.
--   changed    same id, other content
--   same_text  same id and content, made by another request, or of another machine text: only the row's origin changed
-- needs: diff/row_changes
with
sides as (
    select dataset, count(*) filter (side = 'old') as old, count(*) filter (side = 'new') as new
    from lines
    group by dataset
),
changes as (
    select
        dataset,
        count(*) filter (change = 'added') as added,
        count(*) filter (change = 'removed') as removed,
        count(*) filter (change = 'changed') as changed,
        count(*) filter (change = 'same_text') as same_text
    from row_changes
    group by dataset
),
final as (
    select sides.*, added, removed, changed, same_text
    from sides
    join changes on changes.dataset = sides.dataset
)
select * from final order by dataset
