-- One row: one thing that can become of a generated instruction, by generation, and how often it did.
with
decided as (
    select generation, 'kept' as decision from instructions
    union all
    select generation, reason from rejected
),
final as (
    select
        generation, decision,
        count(*) as candidates,
        round(100.0 * count(*) / sum(count(*)) over (partition by generation), 2) as percent
    from decided
    group by generation, decision
)
select final.* from final
join generations on generations.name = final.generation
order by generations.place, decision <> 'kept', candidates desc, decision
