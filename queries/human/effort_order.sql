-- One row: one fifth of the edits in the order in which they were made, of those that have an order: they are of machine texts
-- whose requests showed earlier edits (translate.examples), so HTER should fall from the first row to the last.
--   part         0 to 5; edits without an order are part 0: they were made before requests showed any
--   first, last  order of the first and last edit of the row; hter as in human/effort.sql, of the edits whose machine text is known
-- No row where no edit has an order.
with
known as (
    select edit_order, changed_then, length,
        case when edit_order is null then 0 else ntile(5) over (partition by edit_order is null order by edit_order, corpus, id) end as part
    from edit_work
    where changed_then is not null
),
final as (
    select
        part, min(edit_order) as first, max(edit_order) as last, count(*) as edits,
        round(100.0 * sum(changed_then) / nullif(sum(length), 0), 2) as hter
    from known
    where exists (select 1 from known where edit_order is not null)
    group by part
)
select * from final order by part
