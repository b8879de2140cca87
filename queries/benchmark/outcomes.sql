-- One row: what one question says about one match, from its two orders.
-- outcome: win, loss or tie of the model, or invalid where either order is. Two orders that disagree are a tie.
with
answered as (
    select
        match, model, baseline, question, "order",
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
        max(outcome) filter ("order" = 'ab') as ab,
        max(outcome) filter ("order" = 'ba') as ba
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
        coalesce(ab <> ba and ab <> 'invalid' and ba <> 'invalid', false) as inconsistent
    from by_question
    join questions on questions.id = by_question.question
)
select * from final order by match, question
