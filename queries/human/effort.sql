-- One row: one corpus that people post-edit (or 'all'): what became of its rows, and what the edits came to.
--   edited, outdated, approved, stale, unreviewed, original, failed  add up to rows; seedbed/project/corpora.py says what they are
--   rejected            too: rows that a person took out of the build; confirmed: rows whose text a second person confirmed
--   orphaned            edits whose row is gone: kept, not a row
--   edits, known        edits of any status, and those of which the machine text that they were made on is known
--   characters_changed  insertions, deletions and substitutions of characters, of the known edits
--   hter                edits to that machine text over the length of the edited text, in percent: the Human-targeted
--                       Translation Edit Rate (Snover et al. 2006), without block shifts, so a little higher than theirs;
--                       in characters, or in words and punctuation marks where the tokeniser's language separates words
--   holding             edits that still say what the source says; machine_changed: those whose machine text is another now
--   compared            holding edits of which both machine texts are known; hter_then and hter_now rest on these
--   hter_now            the present machine text against the edits; hter_now_all: against all that hold
--   timed, minutes      edits of which the time is known, and their sum; minutes_per_row: per timed edit
with
shown as (
    select * from edit_work
    union all
    select * replace ('all' as corpus) from edit_work
),
sums as (
    select
        corpus,
        count(*) filter (status <> 'orphaned') as rows,
        count(*) filter (status = 'edited') as edited,
        count(*) filter (status = 'outdated') as outdated,
        count(*) filter (status = 'approved') as approved,
        count(*) filter (status = 'stale') as stale,
        count(*) filter (status = 'unreviewed') as unreviewed,
        count(*) filter (status = 'rejected') as rejected,
        count(confirmed_by) as confirmed,
        count(*) filter (status = 'original') as original,
        count(*) filter (status = 'failed') as failed,
        count(*) filter (status = 'orphaned') as orphaned,
        count(decision) as edits, count(changed_then) as known,
        sum(characters_changed)::bigint as characters_changed,
        sum(changed_then) as then_changed, sum(length) filter (changed_then is not null) as then_length,
        count(changed_now) as holding, count(*) filter (machine_changed) as machine_changed,
        sum(changed_now) as now_changed, sum(length) filter (changed_now is not null) as now_length,
        count(changed_then + changed_now) as compared,
        sum(changed_then) filter (changed_now is not null) as compared_then,
        sum(changed_now) filter (changed_then is not null) as compared_now,
        sum(length) filter (changed_then + changed_now is not null) as compared_length,
        count(seconds) as timed, sum(seconds) / 60 as minutes
    from shown
    group by corpus
),
final as (
    select
        corpus, rows, edited, outdated, approved, stale, unreviewed, rejected, confirmed, original, failed, orphaned,
        edits, known, characters_changed,
        round(100.0 * then_changed / nullif(then_length, 0), 2) as hter,
        holding, machine_changed, compared,
        round(100.0 * compared_then / nullif(compared_length, 0), 2) as hter_then,
        round(100.0 * compared_now / nullif(compared_length, 0), 2) as hter_now,
        round(100.0 * now_changed / nullif(now_length, 0), 2) as hter_now_all,
        timed, round(minutes, 1) as minutes, round(minutes / nullif(timed, 0), 2) as minutes_per_row
    from sums
)
select * from final order by corpus = 'all', list_position(['seed_tasks', 'questions'], corpus)
