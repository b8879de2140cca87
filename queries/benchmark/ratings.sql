-- One row: one question of one model that was rated by itself, over all of its turns ('all') and turn by turn.
--   rating  mean of the judges' ratings, 1 to 10, of all turns the mean; null where one of its turns has no valid rating
-- Two ratings of one turn by one judge fail the query: which of the two counts would be chance.
with
by_turn as (
    select model, question, coalesce(turn, 1) as turn, avg(rating) as rating, count(*) as given, count(distinct judge) as judges
    from ratings
    group by all
),
checked as (
    select
        by_turn.*,
        if(given = judges, true, error('data/build/scores/' || model || '.jsonl: two ratings of question ' || question)) as fine
    from by_turn
),
parts as (
    select
        model, question, 'all' as turn, if(bool_or(rating is null), null, avg(rating)) as rating
    from checked
    where fine
    group by model, question
    union all
    select model, question, turn::text, rating from checked where fine
)
select parts.model, parts.question, parts.turn, parts.rating, all_questions.corpus, all_questions.category, all_questions.turns
from parts
join all_questions on all_questions.id = parts.question
order by model, corpus, question, turn
