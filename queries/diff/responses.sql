-- One row: the responses of one stage and model that the new revision rests on and the old one did not.
-- Known by their request's key, each counted once. Tokens as shared/usage.sql counts them; the dollars are the tool's.
with
old_keys as (
    select distinct key from exchanges where side = 'old'
),
fresh as (
    select distinct on (key) *
    from exchanges
    where side = 'new' and key not in (from old_keys)
    order by key, stage
),
final as (
    select
        split_part(stage, '@', 1) as stage,
        request->>'endpoint' as endpoint,
        request->>'model' as model,
        count(*) as responses,
        coalesce(sum((response->'usage'->>'input')::bigint), 0)::bigint as input_tokens,
        coalesce(sum((response->'usage'->>'cached_input')::bigint), 0)::bigint as cached_input_tokens,
        coalesce(sum((response->'usage'->>'output')::bigint), 0)::bigint as output_tokens,
        count(*) filter ((response->'usage'->>'input') is null) as uncounted
    from fresh
    group by all
)
select * from final order by list_position(['translate', 'generate', 'answer', 'judge'], stage), endpoint, model
