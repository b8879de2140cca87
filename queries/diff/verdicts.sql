-- One row: one question of one match that both revisions judged and of which a verdict of a judge, in either order, is another
-- one. old_ab … new_ba are verdicts, of a conversation those of each turn (`first, tie`); old and new are what became of the
-- question: win, loss, tie or invalid. A row without a judge is a question whose outcome changed although no verdict did: other
-- judges, or another rule.
with
verdicts as (
    select
        side, match, question, coalesce(judge, 'judge') as judge,
        string_agg(verdict, ', ' order by turn) filter ("order" = 'ab') as ab,
        string_agg(verdict, ', ' order by turn) filter ("order" = 'ba') as ba
    from sided_judgments
    group by all
),
told as (
    select verdicts.*, sided_outcomes.outcome, sided_outcomes.category, corpus_of.corpus
    from verdicts
    join sided_outcomes using (side, match, question)
    join corpus_of using (question)
),
flipped as (
    select
        after.match, after.question, after.corpus, after.category, after.judge,
        before.outcome as old,
        after.outcome as new,
        before.ab as old_ab,
        after.ab as new_ab,
        before.ba as old_ba,
        after.ba as new_ba
    from told as before
    join told as after
        on after.match = before.match and after.question = before.question and after.judge = before.judge
    where
        before.side = 'old' and after.side = 'new'
        and (before.ab is distinct from after.ab or before.ba is distinct from after.ba)
),
final as (
    select * from flipped
    union all
    select after.match, after.question, corpus_of.corpus, after.category, null, before.outcome, after.outcome, null, null, null, null
    from sided_outcomes as before
    join sided_outcomes as after on after.match = before.match and after.question = before.question
    join corpus_of on corpus_of.question = after.question
    anti join flipped on flipped.match = after.match and flipped.question = after.question
    where before.side = 'old' and after.side = 'new' and before.outcome <> after.outcome
)
select * from final order by match, old = new, corpus <> 'questions', corpus, category, question, judge
