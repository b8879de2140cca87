-- One row: one model in one category (or in 'all'), over all its matches, on either side: valid verdicts, and the adjusted
-- win rate, (wins + ½ ties) / valid, in percent. What is compared differs between models where not all pairs were matched.
-- needs: benchmark/outcomes
with
sides as (
    select model, category, outcome, score from outcomes
    union all
    select baseline, category, outcome, 1 - score from outcomes
),
totals as (
    select * from sides
    union all
    select * replace ('all' as category) from sides
),
final as (
    select
        model, category, count(*) filter (outcome <> 'invalid') as valid,
        round(
            100.0 * sum(score) / nullif(count(*) filter (outcome <> 'invalid'), 0), 4
        ) as adjusted_win_rate
    from totals
    group by all
)
select final.*
from final
left join categories on categories.name = final.category
order by model, categories.place nulls last
