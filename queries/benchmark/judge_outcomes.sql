-- One row: what one judge says of one question of one match, from its two orders. The query fails where an order is judged twice:
-- which of the two judgments counts would be chance. Of a conversation each order says what more of its turns say.
--   outcome       win, loss or tie of the model, or invalid where either order is. Two orders that disagree are a tie. A slight
--                 preference of a five-step verdict is what report.slight says: one for either side, or a tie
--   score         0.5 for a tie; for a win 0.5 + w / (2 * report.strong_weight), for a loss 0.5 less that, where w is the mean of the
--                 two orders' weights: report.strong_weight of a strong preference, else 1. So 1, 0.5 and 0 where that is 1
--   tie           what kind of tie: both (both orders say so), one (one does), contradictory (the orders name two models)
--   inconsistent  whether both orders are valid and disagree
--   position      of a contradictory one, the place that both orders name: first or second
with
answered as (
    select
        match, model, baseline, coalesce(judge, 'judge') as judge, question, coalesce(turn, 1) as turn, "order", verdict,
        case
            when verdict in ('tie', 'invalid') then verdict
            when strength = 'slight' and verdict_rule.slight = 'tie' then 'tie'
            when (verdict = 'first') = ("order" = 'ab') then 'win'
            else 'loss'
        end as outcome,
        if(strength = 'strong', verdict_rule.strong_weight, 1) as weight
    from judgments
    cross join verdict_rule
),
by_turn as (
    select
        match, model, baseline, judge, question, turn, "order", any_value(verdict) as verdict, any_value(outcome) as outcome,
        avg(weight) as weight, count(*) as judged
    from answered
    group by all
),
summed as (
    select
        match, model, baseline, judge, question, "order",
        bool_or(outcome = 'invalid') as invalid, any_value(verdict) as verdict, count(*) as turns,
        count(*) filter (outcome = 'win') - count(*) filter (outcome = 'loss') as more,
        avg(weight) as weight, max(judged) as judged
    from by_turn
    group by all
),
by_order as (
    select
        match, model, baseline, judge, question, "order", weight, judged,
        case when invalid then 'invalid' when more > 0 then 'win' when more < 0 then 'loss' else 'tie' end as outcome,
        if(turns = 1, verdict, if((more > 0) = ("order" = 'ab'), 'first', 'second')) as verdict
    from summed
),
by_question as (
    select
        match, model, baseline, judge, question,
        any_value(outcome) filter ("order" = 'ab') as ab,
        any_value(outcome) filter ("order" = 'ba') as ba,
        any_value(verdict) filter ("order" = 'ab') as ab_verdict,
        avg(weight) as weight,
        max(judged) as judged
    from by_order
    group by all
),
final as (
    select
        by_question.match, by_question.model, by_question.baseline, by_question.judge, by_question.question, questions.category,
        case
            when coalesce(ab, 'invalid') = 'invalid' or coalesce(ba, 'invalid') = 'invalid' then 'invalid'
            when ab = ba then ab
            else 'tie'
        end as outcome,
        case
            when outcome <> 'tie' then null
            when ab = ba then 'both'
            when 'tie' in (ab, ba) then 'one'
            else 'contradictory'
        end as tie,
        coalesce(tie in ('one', 'contradictory'), false) as inconsistent,
        if(tie = 'contradictory', ab_verdict, null) as position,
        case outcome
            when 'win' then 0.5 + weight / (2 * verdict_rule.strong_weight)
            when 'tie' then 0.5
            when 'loss' then 0.5 - weight / (2 * verdict_rule.strong_weight)
        end::double as score
    from by_question
    cross join verdict_rule
    join questions on questions.id = by_question.question
    where
        if(
            judged = 1, true,
            error(
                'data/build/judgments/' || match || '.jsonl: two judgments of question ' || question || ' in one order; which of '
                || 'them counts would be chance, so keep one, in data/recorded/ where they are recorded verdicts'
            )
        )
)
select * from final order by match, question, judge
