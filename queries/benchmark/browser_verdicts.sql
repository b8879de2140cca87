-- One row: one question of one match: its outcome, and what the judge said in each order; where a verdict is invalid, the
-- raw reply; whether the majority of people says another thing. For the page's browser of questions.
-- needs: benchmark/outcomes, human/voted
with
texts as (
    select match, question, "order", coalesce(explanation, failure->>'text', failure->>'detail') as text
    from judgment_texts
),
said as (
    select
        judgments.match, judgments.question,
        max(verdict) filter (judgments."order" = 'ab') as ab, max(text) filter (judgments."order" = 'ab') as ab_text,
        max(verdict) filter (judgments."order" = 'ba') as ba, max(text) filter (judgments."order" = 'ba') as ba_text
    from judgments
    left join texts
        on texts.match = judgments.match and texts.question = judgments.question and texts."order" = judgments."order"
    group by all
),
final as (
    select
        outcomes.match, outcomes.model, outcomes.baseline, outcomes.question, outcomes.category, outcomes.outcome,
        outcomes.inconsistent, coalesce(voted.judge <> voted.majority, false) as differs, ab, ab_text, ba, ba_text
    from outcomes
    join said on said.match = outcomes.match and said.question = outcomes.question
    left join voted on voted.match = outcomes.match and voted.question = outcomes.question
)
select final.* exclude category
from final
left join categories on categories.name = final.category
order by match, categories.place nulls last, question
