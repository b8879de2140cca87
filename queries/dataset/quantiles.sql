-- One row: one field of one set, and how long it is, in characters. An input is counted where there is one.
-- needs: dataset/set_texts
with
lengths as (
    unpivot (select dataset, length(instruction) as instruction, length(input) as input, length(output) as output from set_texts)
    on instruction, input, output
    into name field value characters
),
final as (
    select
        dataset, field, count(*) as texts,
        min(characters) as least,
        quantile_disc(characters, 0.05) as percentile_5,
        quantile_disc(characters, 0.25) as quartile_1,
        quantile_disc(characters, 0.5) as median,
        quantile_disc(characters, 0.75) as quartile_3,
        quantile_disc(characters, 0.95) as percentile_95,
        max(characters) as most,
        round(avg(characters), 1) as mean
    from lengths
    where field <> 'input' or characters > 0
    group by all
)
select final.*
from final
join set_names on set_names.name = final.dataset
order by list_position(['instruction', 'input', 'output'], field), set_names.place
