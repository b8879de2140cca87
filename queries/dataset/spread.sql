-- One row: one set, and how much its tasks differ once what many of them share is put aside; the generated ones before the
-- filter (all that was written) and after it (kept).
--   with_input                 percent of the tasks that have an input
--   instruction, output        median lengths in characters
--   near, core_near            percent of the tasks compared whose instruction, or whose core text, has a ROUGE-L F of the
--                              filter's threshold or more with another one of the set; the core text is the sentence that asks,
--                              and the input
--   output_duplicates          percent of the outputs of at least 20 letters and digits that another task of the set has too
--   distinct_1, distinct_2     percent of the tokens, and of the pairs of neighbouring tokens, that are the first of their
--                              kind, in as many `tokens` of each set as the smallest has: instructions alone, drawn by hash
--   self_bleu                  of 4-grams (Zhu et al. 2018), 0 to 100, the lower the better
-- needs: dataset/set_texts, dataset/spread_texts
with
texts as (
    select 'written' as dataset, * exclude (dataset, kept) from spread_texts where dataset = 'instructions'
    union all
    select * exclude (kept) from spread_texts where kept
),
outputs as (
    select dataset, regexp_replace(lower(output), '[^\p{L}\p{N}]', '', 'g') as said from texts
),
said as (
    select dataset, said, count(*) as times from outputs where length(said) >= 20 group by all
),
duplicates as (
    select dataset, round(100.0 * sum(times) filter (times > 1) / sum(times), 2) as output_duplicates
    from said
    group by dataset
),
counts as (
    select
        dataset, count(*) as tasks, round(100.0 * count(*) filter (input <> '') / count(*), 2) as with_input,
        median(length(instruction))::int as instruction, median(length(output))::int as output
    from texts
    group by dataset
),
final as (
    select
        spread_names.name as dataset, coalesce(tasks, 0) as tasks, with_input, instruction, output,
        near, core_near, coalesce(output_duplicates, 0) as output_duplicates, tokens, distinct_1, distinct_2, self_bleu
    from spread_names
    left join counts on counts.dataset = spread_names.name
    left join duplicates on duplicates.dataset = spread_names.name
    left join spread_measures on spread_measures.dataset = spread_names.name
)
select final.* from final join spread_names on spread_names.name = final.dataset order by spread_names.place
