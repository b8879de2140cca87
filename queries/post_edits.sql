-- One row: one status in one corpus, and how many of its rows have it.
--   failed: without a translation, dropped; orphaned: an edit whose row is gone, kept in its file and not counted as a row
with
statuses as (
    select corpus, status from edited
    union all
    select corpus, 'failed' from translated where failed
    union all
    select edits.corpus, 'orphaned'
    from edits
    anti join translated on translated.corpus = edits.corpus and translated.id = edits.id
),
final as (
    select corpus, status, count(*) as rows
    from statuses
    group by all
)
select * from final order by corpus, rows desc, status
