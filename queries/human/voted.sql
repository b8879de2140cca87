-- One row: one question of one match on which somebody's vote counts: the votes, the majority, the judge's outcome, and
-- what the item adds to each measure of agreement.
-- majority: win, loss or tie of the model where more than half of the votes say so; both bad counts as a tie. Where they are
-- split it is empty: people who disagree agree with no judge.
-- A measure has an _n, the comparisons, and an _agreed, those that agree, in the two set-ups of MT-bench (Zheng et al.
-- 2023, section 4.1): s1 includes ties, the judge's inconsistent verdicts among them; s2 takes what is no tie on either side.
--   majority  the judge with the majority: one comparison an item
--   single    the judge with one person: one comparison a vote
--   people    one person with another: one comparison for each two votes on the item
-- needs: benchmark/outcomes
with
tallies as (
    select
        match, model, baseline, question,
        count(*) as votes,
        count(*) filter (verdict = 'model') as for_model,
        count(*) filter (verdict = 'baseline') as for_baseline,
        count(*) filter (verdict in ('tie', 'both_bad')) as for_neither,
        count(*) filter (verdict = 'both_bad') as both_bad
    from votes
    where status = 'counted'
    group by all
),
judged as (
    select
        tallies.*, questions.category,
        nullif(outcomes.outcome, 'invalid') as judge,
        case
            when 2 * for_model > votes then 'win'
            when 2 * for_baseline > votes then 'loss'
            when 2 * for_neither > votes then 'tie'
        end as majority
    from tallies
    join questions on questions.id = tallies.question
    left join outcomes on outcomes.match = tallies.match and outcomes.question = tallies.question
),
final as (
    select
        match, model, baseline, question, category, judge, majority, votes, for_model, for_baseline, for_neither, both_bad,
        (judge is not null and majority is not null)::int as majority_s1_n,
        coalesce(judge = majority, false)::int as majority_s1_agreed,
        coalesce(judge <> 'tie' and majority <> 'tie', false)::int as majority_s2_n,
        coalesce(judge <> 'tie' and judge = majority, false)::int as majority_s2_agreed,
        if(judge is null, 0, votes) as single_s1_n,
        case judge when 'win' then for_model when 'loss' then for_baseline when 'tie' then for_neither else 0 end
            as single_s1_agreed,
        if(judge in ('win', 'loss'), for_model + for_baseline, 0) as single_s2_n,
        case judge when 'win' then for_model when 'loss' then for_baseline else 0 end as single_s2_agreed,
        votes * (votes - 1) // 2 as people_s1_n,
        (for_model * (for_model - 1) + for_baseline * (for_baseline - 1) + for_neither * (for_neither - 1)) // 2
            as people_s1_agreed,
        (for_model + for_baseline) * (for_model + for_baseline - 1) // 2 as people_s2_n,
        (for_model * (for_model - 1) + for_baseline * (for_baseline - 1)) // 2 as people_s2_agreed
    from judged
)
select * from final order by match, question
