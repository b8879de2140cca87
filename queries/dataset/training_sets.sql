-- One row: one training set, and the examples of one origin in it (or of 'all'): how many there are and how long, in characters.
--   shared   percent of the examples of which another set has the instruction, input and output too
--   input    median over the examples that have one
with
others as (
    select instruction, input, output from examples group by all having count(distinct training_set) > 1
),
marked as (
    select examples.*, others.instruction is not null as is_shared
    from examples
    left join others using (instruction, input, output)
),
totals as (
    select * from marked
    union all
    select * replace ('all' as origin) from marked
),
final as (
    select
        training_set, origin, count(*) as examples,
        round(100.0 * count(*) filter (is_shared) / count(*), 2) as shared,
        quantile_disc(length(instruction), 0.5) as instruction,
        quantile_disc(length(input), 0.5) filter (input <> '') as input,
        quantile_disc(length(output), 0.5) as output,
        quantile_disc(length(output), 0.95) as output_95
    from totals
    group by all
)
select final.*
from final
join training_sets on training_sets.name = final.training_set
order by training_sets.place, list_position(['seed', 'generated', 'translated', 'original', 'imported', 'all'], origin)
