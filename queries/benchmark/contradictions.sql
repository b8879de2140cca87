-- One row: one question of one match in which the judge's verdict and the checks contradict: the answer that won fails a check,
-- and the one that lost passes all.
--   failed  the kinds of the checks that the winner fails
-- needs: benchmark/outcomes
with
by_question as (
    select
        model, question, bool_and(passed) as passed,
        string_agg(distinct kind, ', ' order by kind) filter (not passed) as failed
    from check_results
    where passed is not null
    group by all
),
decided as (
    select
        match, question, category, outcome,
        if(outcome = 'win', model, baseline) as winner, if(outcome = 'win', baseline, model) as loser
    from outcomes
    where outcome in ('win', 'loss')
),
final as (
    select decided.match, decided.question, decided.category, decided.outcome, winner, loser, won.failed
    from decided
    join by_question as won on won.model = winner and won.question = decided.question
    join by_question as lost on lost.model = loser and lost.question = decided.question
    where lost.passed and not won.passed
)
select * from final order by match, question
