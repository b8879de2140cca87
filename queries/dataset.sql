-- One row: one thing that can become of a generated instruction, and how often it did.
with
decided as (
    select 'kept' as decision from instructions
    union all
    select reason from rejected
),
final as (
    select
        decision,
        count(*) as candidates,
        round(100.0 * count(*) / sum(count(*)) over (), 2) as percent
    from decided
    group by decision
)
select * from final order by decision <> 'kept', candidates desc, decision
