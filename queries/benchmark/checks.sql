-- One row: one model in one category (or in 'all'): what code says of its answers to the questions that have checks.
--   questions  those with a check that was made, and an answer; passed: those that pass all of theirs
--   checks, checks_passed  the same by single check
--   not_run    checks that run code, where report.run_code is off
with
by_question as (
    select
        model, category, question,
        count(passed) as checks, count(*) filter (passed) as checks_passed, count(*) filter (passed is null) as not_run
    from check_results
    group by all
),
shown as (
    select * from by_question
    union all
    select * replace ('all' as category) from by_question
),
final as (
    select
        model, category,
        count(*) filter (checks > 0) as questions,
        count(*) filter (checks > 0 and checks = checks_passed) as passed,
        sum(checks)::int as checks, sum(checks_passed)::int as checks_passed, sum(not_run)::int as not_run
    from shown
    group by model, category
)
select final.*
from final
left join categories on categories.name = final.category
order by model, categories.place nulls last
