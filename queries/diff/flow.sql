-- One row: the questions of one match and corpus whose outcome went from one kind to another, or stayed. Matches of which none
-- changed are left out.
--   questions  how many; ids: those whose outcome changed
with
final as (
    select
        after.match, corpus_of.corpus, before.outcome as old, after.outcome as new, count(*) as questions,
        if(before.outcome = after.outcome, [], list(after.question order by after.question)) as ids
    from sided_outcomes as before
    join sided_outcomes as after on after.match = before.match and after.question = before.question
    join corpus_of on corpus_of.question = after.question
    where before.side = 'old' and after.side = 'new'
    group by after.match, corpus_of.corpus, before.outcome, after.outcome
    qualify bool_or(before.outcome <> after.outcome) over (partition by after.match, corpus_of.corpus)
)
select *
from final
order by
    match, corpus <> 'questions', corpus,
    list_position(['win', 'tie', 'loss', 'invalid'], old), list_position(['win', 'tie', 'loss', 'invalid'], new)
