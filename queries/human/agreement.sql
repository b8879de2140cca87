-- One row: one match (or 'all') in one category (or in 'all') on which somebody's vote counts: how often judge and people, or
-- people among themselves, say the same, in percent; empty where there is nothing to compare.
--   majority_s1, majority_s2  the judge with the majority of people, where there is one
--   single_s1, single_s2      the judge with one person
--   people_s1, people_s2      one person with another
-- s1 includes ties and s2 leaves them out; voted.sql says how. A rate is the mean over questions of the share of comparisons
-- that agree (MT-bench's, Zheng et al. 2023), so that a question with many votes counts no more than one with few; _n is the
-- number of comparisons.
-- needs: human/voted
with
shown as (
    select * from voted
    union all
    select * replace ('all' as category) from voted
    union all
    select * replace ('all' as match) from voted
    union all
    select * replace ('all' as match, 'all' as category) from voted
),
by_question as (
    select
        match, category, question,
        count(*) as items, count(*) filter (judge is null) as unjudged, count(*) filter (majority is null) as split,
        sum(columns(['votes', 'both_bad']))::int,
        sum(columns('.*_(n|agreed)'))::int
    from shown
    group by match, category, question
),
final as (
    select
        match, category, sum(items)::int as items, sum(unjudged)::int as unjudged, sum(split)::int as split,
        sum(votes)::int as votes, sum(both_bad)::int as both_bad,
        sum(majority_s1_n)::int as majority_s1_n, round(100.0 * avg(majority_s1_agreed / nullif(majority_s1_n, 0)), 2) as majority_s1,
        sum(majority_s2_n)::int as majority_s2_n, round(100.0 * avg(majority_s2_agreed / nullif(majority_s2_n, 0)), 2) as majority_s2,
        sum(single_s1_n)::int as single_s1_n, round(100.0 * avg(single_s1_agreed / nullif(single_s1_n, 0)), 2) as single_s1,
        sum(single_s2_n)::int as single_s2_n, round(100.0 * avg(single_s2_agreed / nullif(single_s2_n, 0)), 2) as single_s2,
        sum(people_s1_n)::int as people_s1_n, round(100.0 * avg(people_s1_agreed / nullif(people_s1_n, 0)), 2) as people_s1,
        sum(people_s2_n)::int as people_s2_n, round(100.0 * avg(people_s2_agreed / nullif(people_s2_n, 0)), 2) as people_s2
    from by_question
    group by match, category
)
select final.*
from final
left join categories on categories.name = final.category
order by match = 'all', match, categories.place nulls last
