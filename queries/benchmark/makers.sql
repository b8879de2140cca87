-- One row: one row of the benchmark, with the step and the maker that it is from, and whether it failed.
with
final as (
    select 'translate@questions' as step, made_by, false as failed from questions
    union all
    select 'answer@' || model, made_by, text is null from answers
    union all
    select 'judge@' || match, made_by, verdict = 'invalid' from judgments
    union all
    select 'score@' || model, made_by, rating is null from ratings
)
select * from final
