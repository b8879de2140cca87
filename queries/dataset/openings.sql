-- One row: one of the fifteen most frequent openings of a set's instructions (first three tokens), and how many have it;
-- percent of all that have tokens. One that stands only once is left out.
with
counts as (
    select dataset, opening, count(*) as instructions
    from openings
    where opening <> ''
    group by all
),
final as (
    select
        dataset, opening, instructions,
        round(100.0 * instructions / sum(instructions) over (partition by dataset), 2) as percent,
        row_number() over (partition by dataset order by instructions desc, opening) as rank
    from counts
    qualify rank <= 15 and instructions > 1
)
select final.* from final join set_names on set_names.name = final.dataset order by set_names.place, rank
