-- One row: one person who votes: their votes, how many of them count, what the counted ones say, and their minutes.
--   stale: on an answer that is another one now; orphaned: on a match or an answer that is gone. Both are kept, not counted.
--   minutes: of the votes of which the time is known (timed); empty where it is known of none
with
final as (
    select
        annotator, count(*) as votes,
        count(*) filter (status = 'counted') as counted,
        count(*) filter (status = 'stale') as stale,
        count(*) filter (status = 'orphaned') as orphaned,
        count(*) filter (status = 'counted' and verdict = 'model') as model,
        count(*) filter (status = 'counted' and verdict = 'baseline') as baseline,
        count(*) filter (status = 'counted' and verdict = 'tie') as tie,
        count(*) filter (status = 'counted' and verdict = 'both_bad') as both_bad,
        count(seconds) as timed, round(sum(seconds) / 60, 1) as minutes
    from votes
    group by annotator
)
select * from final order by annotator
