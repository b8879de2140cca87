-- One row: one match in one category: verdicts that flipped, and what became of its questions' outcomes.
--   judged    questions that both revisions judged; verdicts, two a question, flipped out of twice as many
--   better    the outcome rose for the model (loss, tie, win); worse: it fell; validity: it became invalid, or no longer is
-- needs: diff/verdicts
with
ranked as (
    select
        *,
        list_position(['loss', 'tie', 'win'], old) as old_rank,
        list_position(['loss', 'tie', 'win'], new) as new_rank
    from verdicts
),
judged as (
    select after.match, after.category, count(*) as judged
    from sided_outcomes as before
    join sided_outcomes as after on after.match = before.match and after.question = before.question
    where before.side = 'old' and after.side = 'new'
    group by all
),
final as (
    select
        ranked.match, ranked.category, judged.judged,
        sum((old_ab is distinct from new_ab)::int + (old_ba is distinct from new_ba)::int)::bigint as verdicts,
        count(*) filter (old <> new) as outcomes,
        count(*) filter (new_rank > old_rank) as better,
        count(*) filter (new_rank < old_rank) as worse,
        count(*) filter (old <> new and 'invalid' in (old, new)) as validity
    from ranked
    join judged on judged.match = ranked.match and judged.category = ranked.category
    group by all
)
select * from final order by match, category
