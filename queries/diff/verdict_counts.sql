-- One row: one match in one category: verdicts that flipped, and what became of its questions' outcomes.
--   judged    questions that both revisions judged
--   compared  verdicts of a judge on a question in one order that both revisions have; verdicts: those that flipped
--   better    the outcome rose for the model (loss, tie, win); worse: it fell; validity: it became invalid, or no longer is
-- needs: diff/verdicts
with
flipped as (
    select
        match, category,
        sum((old_ab is distinct from new_ab)::int + (old_ba is distinct from new_ba)::int)::bigint as verdicts
    from verdicts
    group by all
),
changed as (
    select
        match, category,
        count(*) filter (old <> new) as outcomes,
        count(*) filter (list_position(['loss', 'tie', 'win'], new) > list_position(['loss', 'tie', 'win'], old)) as better,
        count(*) filter (list_position(['loss', 'tie', 'win'], new) < list_position(['loss', 'tie', 'win'], old)) as worse,
        count(*) filter (old <> new and 'invalid' in (old, new)) as validity
    from (select distinct match, category, question, old, new from verdicts)
    group by all
),
judged as (
    select after.match, after.category, count(*) as judged
    from sided_outcomes as before
    join sided_outcomes as after on after.match = before.match and after.question = before.question
    where before.side = 'old' and after.side = 'new'
    group by all
),
compared as (
    select after.match, sided_outcomes.category, count(*) as compared
    from sided_judgments as before
    join sided_judgments as after
        on after.match = before.match and after.question = before.question and after."order" = before."order"
        and coalesce(after.judge, 'judge') = coalesce(before.judge, 'judge')
    join sided_outcomes
        on sided_outcomes.side = 'new' and sided_outcomes.match = after.match and sided_outcomes.question = after.question
    where before.side = 'old' and after.side = 'new'
    group by all
),
final as (
    select
        changed.match, changed.category, judged.judged, coalesce(compared.compared, 0) as compared,
        verdicts, outcomes, better, worse, validity
    from changed
    join flipped on flipped.match = changed.match and flipped.category = changed.category
    join judged on judged.match = changed.match and judged.category = changed.category
    left join compared on compared.match = changed.match and compared.category = changed.category
)
select * from final order by match, category
