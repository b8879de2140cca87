-- One row: what became of one question of one match: what its judge says, or where it has several, what the jury says.
--   outcome        win, loss or tie of the model, or invalid. Of a jury: what more than half of its valid judges say, if that is a
--                  win or a loss; else a tie; invalid where fewer than two are valid
--   tie            what kind of tie: of one judge as in judge_outcomes.sql; of a jury agreed (more than half say tie) or split
--   score          1 for a win, 0.5 for a tie, 0 for a loss, or as judge_outcomes.sql weighs strong verdicts; of a jury the mean of
--                  the judges that say what the jury says
--   judges, valid  the judges of the match, and those with a valid outcome on the question
--   inconsistent, position  as in judge_outcomes.sql; of a jury's questions neither
-- needs: benchmark/judge_outcomes
with
panels as (select match, count(distinct judge) as judges from judge_outcomes group by match),
counted as (
    select
        match, model, baseline, question, category,
        count(*) filter (outcome <> 'invalid') as valid,
        count(*) filter (outcome = 'win') as wins, count(*) filter (outcome = 'loss') as losses,
        count(*) filter (outcome = 'tie') as ties,
        avg(score) filter (outcome = 'win') as win_score, avg(score) filter (outcome = 'loss') as loss_score,
        any_value(outcome) as outcome, any_value(tie) as tie, any_value(inconsistent) as inconsistent,
        any_value(position) as position, any_value(score) as score
    from judge_outcomes
    group by all
),
decided as (
    select
        counted.* replace (
            case
                when judges = 1 then outcome
                when valid < 2 then 'invalid'
                when 2 * wins > valid then 'win'
                when 2 * losses > valid then 'loss'
                else 'tie'
            end as outcome
        ),
        judges
    from counted
    join panels on panels.match = counted.match
),
final as (
    select
        match, model, baseline, question, category, outcome,
        case when judges = 1 then tie when outcome <> 'tie' then null when 2 * ties > valid then 'agreed' else 'split' end as tie,
        judges = 1 and inconsistent as inconsistent,
        if(judges = 1, position, null) as position,
        case when judges = 1 then score when outcome = 'win' then win_score when outcome = 'loss' then loss_score
            when outcome = 'tie' then 0.5 end as score,
        judges, valid
    from decided
)
select * from final order by match, question
