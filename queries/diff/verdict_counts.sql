-- One row: one match in one category of one corpus: verdicts that flipped, and what became of its questions' outcomes.
--   judged    questions that both revisions judged
--   compared  verdicts of a judge on a question in one order (and turn) that both revisions have; verdicts: those that flipped
--   better    the outcome rose for the model (loss, tie, win); worse: it fell; validity: it became invalid, or no longer is
-- needs: diff/verdicts
with
changed as (
    select
        match, corpus, category,
        count(*) filter (old <> new) as outcomes,
        count(*) filter (list_position(['loss', 'tie', 'win'], new) > list_position(['loss', 'tie', 'win'], old)) as better,
        count(*) filter (list_position(['loss', 'tie', 'win'], new) < list_position(['loss', 'tie', 'win'], old)) as worse,
        count(*) filter (old <> new and 'invalid' in (old, new)) as validity
    from (select distinct match, corpus, category, question, old, new from verdicts)
    group by all
),
judged as (
    select after.match, corpus_of.corpus, after.category, count(*) as judged
    from sided_outcomes as before
    join sided_outcomes as after on after.match = before.match and after.question = before.question
    join corpus_of on corpus_of.question = after.question
    where before.side = 'old' and after.side = 'new'
    group by all
),
compared as (
    select
        after.match, corpus_of.corpus, sided_outcomes.category, count(*) as compared,
        count(*) filter (after.verdict <> before.verdict) as verdicts
    from sided_judgments as before
    join sided_judgments as after
        on after.match = before.match and after.question = before.question and after."order" = before."order"
        and coalesce(after.judge, 'judge') = coalesce(before.judge, 'judge') and coalesce(after.turn, 1) = coalesce(before.turn, 1)
    join sided_outcomes
        on sided_outcomes.side = 'new' and sided_outcomes.match = after.match and sided_outcomes.question = after.question
    join corpus_of on corpus_of.question = after.question
    where before.side = 'old' and after.side = 'new'
    group by all
),
final as (
    select
        changed.match, changed.corpus, changed.category, judged.judged, coalesce(compared.compared, 0) as compared,
        coalesce(compared.verdicts, 0) as verdicts, outcomes, better, worse, validity
    from changed
    join judged on judged.match = changed.match and judged.corpus = changed.corpus and judged.category = changed.category
    left join compared
        on compared.match = changed.match and compared.corpus = changed.corpus and compared.category = changed.category
)
select * from final order by match, corpus <> 'questions', corpus, category
