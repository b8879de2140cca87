-- One row: one person who edits: their edits of any status, and the minutes of those of which the time is known (timed).
with
final as (
    select
        coalesce(editor, '(not recorded)') as editor, -- no id has brackets
        count(*) as edits,
        count(*) filter (decision = 'edited') as edited,
        count(*) filter (decision = 'approved') as approved,
        sum(characters_changed)::bigint as characters_changed,
        count(seconds) as timed, round(sum(seconds) / 60, 1) as minutes,
        round(sum(seconds) / 60 / nullif(count(seconds), 0), 2) as minutes_per_row
    from edit_work
    where decision is not null
    group by all
)
select * from final order by edits desc, editor
