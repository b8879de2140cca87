-- One row: one question of one match that both revisions judged and of which a verdict, in either order, is another one.
-- old_ab … new_ba are verdicts; old and new are what the two orders come to: win, loss, tie or invalid.
with
verdicts as (
    select
        side, match, question,
        max(verdict) filter ("order" = 'ab') as ab,
        max(verdict) filter ("order" = 'ba') as ba
    from sided_judgments
    group by all
),
told as (
    select verdicts.*, sided_outcomes.outcome, sided_outcomes.category
    from verdicts
    join sided_outcomes using (side, match, question)
),
final as (
    select
        after.match, after.question, after.category,
        before.outcome as old,
        after.outcome as new,
        before.ab as old_ab,
        after.ab as new_ab,
        before.ba as old_ba,
        after.ba as new_ba
    from told as before
    join told as after on after.match = before.match and after.question = before.question
    where
        before.side = 'old' and after.side = 'new'
        and (before.ab is distinct from after.ab or before.ba is distinct from after.ba)
)
select * from final order by match, old = new, category, question
