-- One row: what one question says about one match, from its two orders. The query fails where an order is judged twice: which
-- of the two judgments counts would be chance.
--   outcome       win, loss or tie of the model, or invalid where either order is. Two orders that disagree are a tie.
--   tie           what kind of tie: both (both orders say so), one (one does), contradictory (the orders name two models)
--   inconsistent  whether both orders are valid and disagree
--   position      of a contradictory one, the place that both orders name: first or second
with
answered as (
    select
        match, model, baseline, question, "order", verdict,
        case
            when verdict in ('tie', 'invalid') then verdict
            when (verdict = 'first') = ("order" = 'ab') then 'win'
            else 'loss'
        end as outcome
    from judgments
),
by_question as (
    select
        match, model, baseline, question,
        any_value(outcome) filter ("order" = 'ab') as ab,
        any_value(outcome) filter ("order" = 'ba') as ba,
        any_value(verdict) filter ("order" = 'ab') as ab_verdict,
        any_value(verdict) filter ("order" = 'ba') as ba_verdict,
        greatest(count(*) filter ("order" = 'ab'), count(*) filter ("order" = 'ba')) as judged
    from answered
    group by all
),
final as (
    select
        by_question.match, by_question.model, by_question.baseline, by_question.question, questions.category,
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
        if(tie = 'contradictory', ab_verdict, null) as position
    from by_question
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
select * from final order by match, question
