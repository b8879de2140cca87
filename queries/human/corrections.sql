-- One row: one of the 20 corrections that people made in most rows, two at least: a span of words of the machine text, and
-- what stands in its place (empty where it was struck out); case and width are folded.
with
final as (
    select machine, edited, count(distinct corpus || ' ' || id) as rows, count(*) as times
    from replaced
    group by machine, edited
    having count(distinct corpus || ' ' || id) > 1
)
select * from final order by rows desc, times desc, machine, edited limit 20
