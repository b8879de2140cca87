-- One row: the rows that one step of the build has of one maker, with the parameters that they were asked for with.
--   model, endpoint, parameters  of the requests; JSON, each only once; no parameters where the report reads none of the requests
--   recorded                     the file that answers or verdicts made elsewhere were read from
--   failed                       rows that no attempt brought a usable reply for: dropped, or invalid
-- reads the table `makers` of the report that asks (benchmark/makers or dataset/makers)
with
counts as (
    select
        step, made_by->>'model' as model, made_by->>'endpoint' as endpoint, made_by->>'recorded' as recorded,
        count(*) as rows, count(*) filter (failed) as failed
    from makers
    group by all
),
asked as (
    select
        stage as step, request->>'model' as model, request->>'endpoint' as endpoint,
        list(distinct (request->'params')::text order by (request->'params')::text) as parameters
    from exchanges
    group by all
),
final as (
    select counts.*, coalesce(asked.parameters, []) as parameters
    from counts
    left join asked on asked.step = counts.step and asked.model = counts.model and asked.endpoint = counts.endpoint
)
select * from final
order by list_position(['translate', 'generate', 'answer', 'judge', 'score'], split_part(step, '@', 1)), step, model, recorded
