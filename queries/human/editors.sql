-- One row: one person who edits, confirms or rejects: their edits of any status, the minutes of those of which the time is known
-- (timed), the rows that they confirmed and that are still as they were then, and those that they took out of the build.
with
people as (
    select
        coalesce(editor, '(not recorded)') as editor, -- no id has brackets
        decision, characters_changed, seconds, null as signed
    from edit_work
    where decision is not null
    union all by name
    select confirmed_by as editor, 'confirmed' as signed from edit_work where confirmed_by is not null
    union all by name
    select rejected_by as editor, 'rejected' as signed from edit_work where rejected_by is not null
),
final as (
    select
        editor,
        count(decision) as edits,
        count(*) filter (decision = 'edited') as edited,
        count(*) filter (decision = 'approved') as approved,
        count(*) filter (signed = 'confirmed') as confirmed,
        count(*) filter (signed = 'rejected') as rejected,
        coalesce(sum(characters_changed), 0)::bigint as characters_changed,
        count(seconds) as timed, round(sum(seconds) / 60, 1) as minutes,
        round(sum(seconds) / 60 / nullif(count(seconds), 0), 2) as minutes_per_row
    from people
    group by all
)
select * from final order by edits desc, editor
