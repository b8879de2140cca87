-- One row: the responses that one stage has of one model, and their tokens.
-- Counted from the transcripts, so it is what the outputs rest on and not what some machine happened to send.
with
final as (
    select
        split_part(stage, '@', 1) as stage, endpoint, model,
        count(*) as responses,
        count(*) filter (attempt > 1) as repeated,
        sum(input_tokens) as input_tokens,
        sum(cached_input_tokens) as cached_input_tokens,
        sum(output_tokens) as output_tokens
    from responses
    group by all
)
select * from final order by list_position(['translate', 'generate', 'answer', 'judge'], stage), endpoint, model
