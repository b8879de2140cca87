-- One row: one question of one match: the model's score, and by how much its answer is the longer one, and the more marked up.
--   score   1 for a win, 0.5 for a tie, 0 for a loss, or as outcomes.sql weighs strong verdicts; empty where invalid
--   longer  characters of the model's answer less those of the baseline's; empty where an answer failed
--   marked  the same of marks of Markdown: headings, points of lists, pieces in bold, blocks of code
-- needs: benchmark/outcomes
with
measured as (
    select
        model, id, length(text) as length,
        len(regexp_extract_all(text, '(?m)^\s*(?:#{1,6} |[-*+・] |\d+[.)．] ?|```)|\*\*[^*]')) as marks
    from answers
),
final as (
    select
        match, outcomes.model, baseline, question, category, score,
        theirs.length - others.length as longer,
        theirs.marks - others.marks as marked
    from outcomes
    left join measured as theirs on theirs.model = outcomes.model and theirs.id = outcomes.question
    left join measured as others on others.model = outcomes.baseline and others.id = outcomes.question
)
select * from final order by match, question
