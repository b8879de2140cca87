-- One row: one question of one match that was judged validly: how far the judge may be off there, for `seedbed review --draw`.
--   doubt  contradicted (the checks say the other answer is right), doubtful (a tie, or orders or judges that differ), or plain
-- needs: benchmark/judge_outcomes, benchmark/outcomes, benchmark/contradictions
with
differing as (
    select match, question
    from judge_outcomes
    group by all
    having count(distinct outcome) > 1 or bool_or(inconsistent)
),
final as (
    select
        outcomes.match, outcomes.question,
        case
            when contradictions.match is not null then 'contradicted'
            when outcomes.outcome = 'tie' or differing.match is not null then 'doubtful'
            else 'plain'
        end as doubt
    from outcomes
    left join differing on differing.match = outcomes.match and differing.question = outcomes.question
    left join contradictions on contradictions.match = outcomes.match and contradictions.question = outcomes.question
    where outcomes.outcome <> 'invalid'
)
select * from final order by match, question
