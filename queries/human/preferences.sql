-- One row: the people, or the judge, in one match (or in 'all'): what besides the answers' quality they may go by. The
-- judge's verdicts are those on the questions that people voted on, so that both judged the same. Rates in percent.
--   decided              verdicts for either answer, and percent of all (the others are ties)
--   first_position_rate  decided for the answer that stood first, for people on the left
--   longer_answer_rate   decided for the longer answer (in characters), where lengths differ
-- needs: human/voted
with
verdicts as (
    select
        votes.match, 'people' as who, votes.question, votes.model, votes.baseline,
        case verdict when 'model' then true when 'baseline' then false end as for_model,
        left_is_model as model_first
    from votes
    where status = 'counted'
    union all
    select
        judgments.match, 'judge', judgments.question, judgments.model, judgments.baseline,
        if(verdict = 'tie', null, (verdict = 'first') = ("order" = 'ab')),
        "order" = 'ab'
    from judgments
    join voted on voted.match = judgments.match and voted.question = judgments.question
    where verdict <> 'invalid'
),
measured as (
    select
        verdicts.*,
        sign(length(theirs.text) - length(others.text)) as model_longer -- 1, 0 or -1
    from verdicts
    left join answers as theirs on theirs.model = verdicts.model and theirs.id = verdicts.question
    left join answers as others on others.model = verdicts.baseline and others.id = verdicts.question
),
shown as (
    select * from measured
    union all
    select * replace ('all' as match) from measured
),
final as (
    select
        match, who, count(*) as verdicts, count(for_model) as decided,
        round(100.0 * count(for_model) / count(*), 2) as decided_rate,
        round(100.0 * count(*) filter (for_model = model_first) / nullif(count(for_model), 0), 2) as first_position_rate,
        round(
            100.0 * count(*) filter (model_longer = if(for_model, 1, -1) and for_model is not null)
            / nullif(count(for_model) filter (model_longer <> 0), 0), 2
        ) as longer_answer_rate
    from shown
    group by match, who
)
select * from final order by match = 'all', match, who desc
