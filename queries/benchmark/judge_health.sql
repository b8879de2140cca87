-- One row: how one judge judged one match (or 'all', where there are several).
--   pairs                        questions that were judged validly in both orders; the rates of the next line are percent of them.
--                                A recorded verdict that was given in one order, and stands for both, does not count as a pair
--   order_agreement, first_biased, second_biased, one_tie
--                                the orders say the same; both name the answer that stood first, or second; one says tie:
--                                they add up to 100
--   first_pairs, second_pairs    the numbers of first_biased and second_biased pairs
--   decided                      questions won or lost whose answers differ in length (in characters)
--   longer_answer_rate           percent of them that the longer answer won; longer: their number
--   invalid_rate                 percent of the judgments without a verdict
--   cut_answers                  answers of either side that ended at their length limit, and were judged as they stand
-- needs: benchmark/judge_outcomes, benchmark/scores
with
judged as (
    select
        match, coalesce(judge, 'judge') as judge, count(*) as judgments, count(*) filter (verdict = 'invalid') as invalid,
        count(distinct question) filter (theirs.cut) + count(distinct question) filter (others.cut) as cut_answers
    from judgments
    left join answers as theirs on theirs.model = judgments.model and theirs.id = judgments.question
    left join answers as others on others.model = judgments.baseline and others.id = judgments.question
    group by all
),
orders as (select match, question, coalesce(bool_or(one_order), false) as one_order from judgments group by all),
paired as (
    select
        outcomes.match, judge, count(*) filter (outcome <> 'invalid' and not one_order) as pairs,
        count(*) filter (position = 'first' and not one_order) as first_pairs,
        count(*) filter (position = 'second' and not one_order) as second_pairs,
        count(*) filter (tie = 'one' and not one_order) as one_tie,
        count(*) filter (outcome in ('win', 'loss') and longer <> 0) as decided,
        count(*) filter ((outcome = 'win' and longer > 0) or (outcome = 'loss' and longer < 0)) as longer
    from judge_outcomes as outcomes
    join scores on scores.match = outcomes.match and scores.question = outcomes.question
    join orders on orders.match = outcomes.match and orders.question = outcomes.question
    group by all
),
shown as (
    select judged.*, paired.* exclude (match, judge)
    from judged
    join paired on paired.match = judged.match and paired.judge = judged.judge
),
sums as (
    select * from shown
    union all
    select 'all', judge, sum(columns(* exclude (match, judge)))::bigint from shown group by judge having count(*) > 1
),
final as (
    select
        match, judge, judgments, pairs,
        round(100.0 * (pairs - first_pairs - second_pairs - one_tie) / nullif(pairs, 0), 2) as order_agreement,
        round(100.0 * first_pairs / nullif(pairs, 0), 2) as first_biased,
        round(100.0 * second_pairs / nullif(pairs, 0), 2) as second_biased,
        round(100.0 * one_tie / nullif(pairs, 0), 2) as one_tie,
        first_pairs, second_pairs, decided, longer,
        round(100.0 * longer / nullif(decided, 0), 2) as longer_answer_rate,
        round(100.0 * invalid / nullif(judgments, 0), 2) as invalid_rate,
        cut_answers
    from sums
)
select * from final order by judge, match = 'all', match
