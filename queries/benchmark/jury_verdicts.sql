-- One row: what one judge of a jury says of one question of one match; matches of one judge are left out.
-- needs: benchmark/judge_outcomes, benchmark/outcomes
with
final as (
    select judge_outcomes.match, judge_outcomes.question, judge, judge_outcomes.outcome, judge_outcomes.score
    from judge_outcomes
    join outcomes on outcomes.match = judge_outcomes.match and outcomes.question = judge_outcomes.question
    where judges > 1
)
select * from final order by match, question, judge
