-- One row: one base with one training set (or as it was), against one model that it was matched with: the trainings, which
-- differ in the seed alone, valid verdicts, and the adjusted win rate, (wins + ½ ties) / valid, in percent.
-- needs: benchmark/outcomes
with
sides as (
    select model, baseline as other, outcome, score from outcomes
    union all
    select baseline, model, outcome, 1 - score from outcomes
),
final as (
    select
        methods.base, methods.training_set, sides.other as baseline, count(distinct sides.model) as trainings,
        count(*) filter (outcome <> 'invalid') as valid, count(*) filter (outcome = 'invalid') as invalid,
        round(
            100.0 * sum(score) / nullif(count(*) filter (outcome <> 'invalid'), 0), 4
        ) as adjusted_win_rate
    from sides
    join methods on methods.model = sides.model
    group by all
)
select * from final order by base, training_set nulls first, baseline
