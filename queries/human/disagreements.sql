-- One row: one question of one match on which the judge and the majority of people say different things, to read.
-- Those where one says win and the other loss stand first.
-- needs: human/voted
with
reasons as (
    select match, question, list(annotator || ': ' || reason order by annotator) as reasons
    from votes
    where status = 'counted' and trim(reason) <> ''
    group by match, question
),
final as (
    select
        voted.match, model, baseline, voted.question, category, judge, majority, votes, for_model, for_baseline, for_neither,
        coalesce(reasons, []) as reasons
    from voted
    left join reasons on reasons.match = voted.match and reasons.question = voted.question
    where judge <> majority
)
select * from final order by judge = 'tie' or majority = 'tie', match, question
