-- One row: how one match was judged. Rates in percent, empty where there is nothing to count.
--   order_agreement      questions whose two orders, both valid, say the same
--   first_position_rate  verdicts for the answer that stood first, of those for either
--   longer_answer_rate   verdicts for the longer answer (in characters), of those for either where lengths differ
--   invalid_rate         judgments without a verdict
--   cut_answers          answers of either side that ended at their length limit, and were judged as they stand (a number)
-- needs: benchmark/outcomes
with
shown as (
    select
        judgments.*,
        theirs.cut as model_cut, others.cut as baseline_cut,
        length(if("order" = 'ab', theirs.text, others.text)) as first_length,
        length(if("order" = 'ab', others.text, theirs.text)) as second_length
    from judgments
    left join answers as theirs on theirs.model = judgments.model and theirs.id = judgments.question
    left join answers as others on others.model = judgments.baseline and others.id = judgments.question
),
verdicts as (
    select
        match,
        count(*) as judgments,
        count(*) filter (verdict = 'invalid') as invalid,
        count(*) filter (verdict = 'first') as first,
        count(*) filter (verdict = 'second') as second,
        count(*) filter (verdict in ('first', 'second') and first_length <> second_length) as of_unequal_length,
        count(*) filter ((verdict = 'first' and first_length > second_length)
            or (verdict = 'second' and second_length > first_length)) as longer,
        count(distinct question) filter (model_cut) + count(distinct question) filter (baseline_cut) as cut_answers
    from shown
    group by match
),
orders as (
    select
        match, count(*) filter (outcome <> 'invalid') as valid, count(*) filter (inconsistent) as inconsistent
    from outcomes
    group by match
),
final as (
    select
        verdicts.match, judgments,
        round(100.0 * (valid - inconsistent) / nullif(valid, 0), 2) as order_agreement,
        round(100.0 * first / nullif(first + second, 0), 2) as first_position_rate,
        round(100.0 * longer / nullif(of_unequal_length, 0), 2) as longer_answer_rate,
        round(100.0 * invalid / nullif(judgments, 0), 2) as invalid_rate,
        cut_answers
    from verdicts
    join orders on orders.match = verdicts.match
)
select * from final order by match
