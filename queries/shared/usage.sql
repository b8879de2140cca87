-- One row: the responses that one stage has of one model (or 'all' have), their tokens, and their dollars at list price.
-- Counted from the transcripts, so it is what the outputs rest on and not what some machine happened to send. A response that
-- two models or matches share is one response, known by its request's key.
--   uncounted  responses without a count of tokens: what they cost is unknown
--   usd        empty where the price or a count is unknown, and so is the sum then; it leaves the Batch API's discount out,
--              since a response does not tell how it came
with
distinct_responses as (
    select distinct on (key) * from responses order by key, stage
),
used as (
    select
        split_part(stage, '@', 1) as stage, endpoint, model,
        count(*) as responses,
        count(*) filter (attempt > 1) as repeated,
        coalesce(sum(input_tokens), 0) as input_tokens,
        coalesce(sum(cached_input_tokens), 0) as cached_input_tokens,
        coalesce(sum(output_tokens), 0) as output_tokens,
        count(*) filter (input_tokens is null or output_tokens is null) as uncounted
    from distinct_responses
    group by all
),
priced as (
    select
        used.*,
        if(
            uncounted = 0,
            ((input_tokens - cached_input_tokens) * input + cached_input_tokens * cached_input + output_tokens * output) / 1e6,
            null
        ) as usd
    from used
    left join prices on prices.model = used.model and prices.endpoint = used.endpoint
),
totals as (
    select * from priced
    union all
    select
        'all', null, null, sum(responses), sum(repeated), sum(input_tokens), sum(cached_input_tokens), sum(output_tokens),
        sum(uncounted), if(count(usd) = count(*), sum(usd), null)
    from priced
    having count(*) > 0
),
final as (
    select * replace (round(usd, 4) as usd) from totals
)
select * from final order by list_position(['translate', 'generate', 'answer', 'judge'], stage), endpoint, model
