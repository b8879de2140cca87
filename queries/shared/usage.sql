-- One row: the responses that one stage has of one model (or 'all' have), their tokens, and their dollars at list price.
-- Counted from the transcripts, so it is what the outputs rest on and not what some machine happened to send. Dollars
-- are empty where the price is unknown, and leave the Batch API's discount out: a response does not tell how it came.
with
used as (
    select
        split_part(stage, '@', 1) as stage, endpoint, model,
        count(*) as responses,
        count(*) filter (attempt > 1) as repeated,
        coalesce(sum(input_tokens), 0) as input_tokens,
        coalesce(sum(cached_input_tokens), 0) as cached_input_tokens,
        coalesce(sum(output_tokens), 0) as output_tokens
    from responses
    group by all
),
priced as (
    select
        used.*,
        round(
            ((input_tokens - cached_input_tokens) * input + cached_input_tokens * cached_input + output_tokens * output) / 1e6, 4
        ) as usd
    from used
    left join prices on prices.model = used.model and prices.endpoint = used.endpoint
),
final as (
    select * from priced
    union all
    select
        'all', null, null, sum(responses), sum(repeated), sum(input_tokens), sum(cached_input_tokens), sum(output_tokens),
        if(count(usd) = count(*), round(sum(usd), 4), null)
    from priced
    having count(*) > 0
)
select * from final order by list_position(['translate', 'generate', 'answer', 'judge'], stage), endpoint, model
