-- One row: one question of one match: its outcome, and what each judge said in each order; where a verdict is invalid, the
-- raw reply; whether the majority of people says another thing. For the page's browser of questions.
--   said  a list, one judge each: judge, verdict and text of order ab and of order ba
-- needs: benchmark/outcomes, human/voted
with
texts as (
    select match, question, coalesce(judge, 'judge') as judge, "order", coalesce(explanation, failure->>'text', failure->>'detail') as text
    from judgment_texts
),
orders as (
    select
        judgments.match, judgments.question, coalesce(judgments.judge, 'judge') as judge,
        max(verdict) filter (judgments."order" = 'ab') as ab, max(text) filter (judgments."order" = 'ab') as ab_text,
        max(verdict) filter (judgments."order" = 'ba') as ba, max(text) filter (judgments."order" = 'ba') as ba_text
    from judgments
    left join texts
        on texts.match = judgments.match and texts.question = judgments.question and texts."order" = judgments."order"
        and texts.judge = coalesce(judgments.judge, 'judge')
    group by all
),
said as (
    select
        match, question,
        list({judge: judge, ab: ab, ab_text: ab_text, ba: ba, ba_text: ba_text} order by judge) as said
    from orders
    group by all
),
final as (
    select
        outcomes.match, outcomes.model, outcomes.baseline, outcomes.question, outcomes.category, outcomes.outcome,
        outcomes.inconsistent, coalesce(voted.judge <> voted.majority, false) as differs, said
    from outcomes
    join said on said.match = outcomes.match and said.question = outcomes.question
    left join voted on voted.match = outcomes.match and voted.question = outcomes.question
)
select final.* exclude category
from final
left join categories on categories.name = final.category
order by match, categories.place nulls last, question
