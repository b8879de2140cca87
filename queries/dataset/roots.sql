-- One row: one of the twenty most frequent main verbs of a set's instructions that have a direct object, with its four
-- most frequent objects, each with its number. `percent` is of the instructions with both.
with
objects as (
    select dataset, verb, object, count(*) as instructions
    from roots
    group by all
),
ranked as (
    select *, row_number() over (partition by dataset, verb order by instructions desc, object) as place
    from objects
),
verbs as (
    select
        dataset, verb, sum(instructions)::bigint as instructions, count(*) as objects,
        list({object: object, instructions: instructions} order by place) filter (place <= 4) as frequent
    from ranked
    group by all
),
final as (
    select
        dataset, verb, instructions, objects, frequent,
        round(100.0 * instructions / sum(instructions) over (partition by dataset), 2) as percent,
        row_number() over (partition by dataset order by instructions desc, verb) as rank
    from verbs
    qualify rank <= 20
)
select final.* from final join set_names on set_names.name = final.dataset order by set_names.place, rank
