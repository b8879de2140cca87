-- One row: one judge (or 'all', where there are several): the judgments of all matches that it was asked for twice, in one order
-- and with the same words.
--   items    those with a verdict both times; agreed: both times the same; reversed: both times an answer, and the other one
--   invalid  those that have no verdict one of the times
with
twice as (
    select coalesce(judge, 'judge') as judge, match, verdict, retest ->> 'verdict' as again
    from retests
    where retest is not null
),
shown as (
    select * from twice
    union all
    select * replace ('all' as judge) from twice where (select count(distinct judge) from twice) > 1
),
final as (
    select
        judge,
        count(*) filter ('invalid' not in (verdict, again)) as items,
        count(*) filter (verdict = again and verdict <> 'invalid') as agreed,
        count(*) filter (verdict <> again and verdict in ('first', 'second') and again in ('first', 'second')) as reversed,
        count(*) filter ('invalid' in (verdict, again)) as invalid
    from shown
    group by judge
)
select * from final order by judge = 'all', judge
