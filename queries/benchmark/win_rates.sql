-- One row: one match in one category (or in 'all'), with its counts and its rates in percent of the valid questions.
-- Wins, losses, ties and invalid add up to n, or the query fails. Rates are empty where nothing is valid.
-- cut: answers of either side that ended at their length limit, and were judged as they stand.
-- needs: benchmark/outcomes
with
answered as (
    select
        outcomes.*,
        (select count(*) from answers
            where answers.id = question and answers.model in (outcomes.model, baseline) and answers.cut) as cut_answers
    from outcomes
),
totals as (
    select *, category as shown_category from answered
    union all
    select *, 'all' as shown_category from answered
),
counts as (
    select
        match, model, baseline, shown_category as category,
        count(*) as n,
        count(*) filter (outcome = 'win') as wins,
        count(*) filter (outcome = 'loss') as losses,
        count(*) filter (outcome = 'tie') as ties,
        count(*) filter (inconsistent) as inconsistent,
        count(*) filter (outcome = 'invalid') as invalid,
        sum(cut_answers)::int as cut
    from totals
    group by all
),
checked as (
    select
        *,
        if(wins + losses + ties + invalid = n, wins + losses + ties, error('the outcomes of ' || match || ' do not add up')) as valid
    from counts
),
final as (
    select
        match, model, baseline, category, n, wins, losses, ties, inconsistent, invalid,
        round(100.0 * wins / nullif(valid, 0), 4) as win_rate,
        round(100.0 * (wins + 0.5 * ties) / nullif(valid, 0), 4) as adjusted_win_rate,
        cut
    from checked
)
select final.*
from final
left join categories on categories.name = final.category
order by match, categories.place nulls last
