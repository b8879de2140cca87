-- One row: one match in one category (or in 'all'), with its counts and its rates in percent of the valid questions.
-- Wins, losses, ties and invalid add up to n, or the query fails. Rates are empty where nothing is valid.
--   inconsistent                          ties of two orders that disagree: those of one tie, and the contradictory ones
--   adjusted_win_rate                     mean of the questions' scores: (wins + ½ ties) / valid, unless strong verdicts weigh more
--   ties_both, ties_one, contradictory    ties by what the two orders say: both a tie, one a tie, two different models
--   judges, ties_agreed, splits           judges of the match; where there are several, ties on which more than half of the valid
--                                         ones agree, and ties since no more than half say the same
--   cut                                   questions of which either answer ended at its length limit
-- needs: benchmark/outcomes
with
marked as (
    select
        outcomes.*, coalesce(theirs.cut, false) or coalesce(others.cut, false) as cut
    from outcomes
    left join answers as theirs on theirs.model = outcomes.model and theirs.id = outcomes.question
    left join answers as others on others.model = outcomes.baseline and others.id = outcomes.question
),
totals as (
    select *, category as shown_category from marked
    union all
    select *, 'all' as shown_category from marked
),
counts as (
    select
        match, model, baseline, shown_category as category,
        count(*) as n,
        count(*) filter (outcome = 'win') as wins,
        count(*) filter (outcome = 'loss') as losses,
        count(*) filter (outcome = 'tie') as ties,
        count(*) filter (inconsistent) as inconsistent,
        count(*) filter (tie = 'both') as ties_both,
        count(*) filter (tie = 'one') as ties_one,
        count(*) filter (tie = 'contradictory') as contradictory,
        count(*) filter (tie = 'agreed') as ties_agreed,
        count(*) filter (tie = 'split') as splits,
        max(judges) as judges, sum(score) as score,
        count(*) filter (outcome = 'invalid') as invalid,
        count(*) filter (cut) as cut
    from totals
    group by all
),
checked as (
    select
        *,
        if(
            wins + losses + ties + invalid = n and ties_both + ties_one + contradictory + ties_agreed + splits = ties,
            wins + losses + ties, error('the outcomes of ' || match || ' do not add up')
        ) as valid
    from counts
),
final as (
    select
        match, model, baseline, category, n, wins, losses, ties, inconsistent, invalid,
        round(100.0 * wins / nullif(valid, 0), 4) as win_rate,
        round(100.0 * score / nullif(valid, 0), 4) as adjusted_win_rate,
        ties_both, ties_one, contradictory, cut, judges, ties_agreed, splits
    from checked
)
select final.*
from final
left join categories on categories.name = final.category
order by match, categories.place nulls last
