-- One row: one match (or 'all') in one category (or in 'all') on which somebody's vote counts: in how many comparisons
-- judge and people, or people among themselves, can agree, and how often they do, in percent; empty where there is none.
--   majority_s1, majority_s2  the judge with the majority of people
--   single_s1, single_s2      the judge with one person
--   people_s1, people_s2      one person with another: the ceiling of the line above
-- s1 includes ties and s2 leaves them out; voted.sql says how, and has the counts of which these are sums.
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
sums as (
    select
        match, category,
        count(*) as items, count(*) filter (judge is null) as unjudged,
        sum(columns(['votes', 'both_bad']))::int,
        sum(columns('.*_(n|agreed)'))::int
    from shown
    group by match, category
),
final as (
    select
        match, category, items, unjudged, votes, both_bad,
        majority_s1_n, round(100.0 * majority_s1_agreed / nullif(majority_s1_n, 0), 2) as majority_s1,
        majority_s2_n, round(100.0 * majority_s2_agreed / nullif(majority_s2_n, 0), 2) as majority_s2,
        single_s1_n, round(100.0 * single_s1_agreed / nullif(single_s1_n, 0), 2) as single_s1,
        single_s2_n, round(100.0 * single_s2_agreed / nullif(single_s2_n, 0), 2) as single_s2,
        people_s1_n, round(100.0 * people_s1_agreed / nullif(people_s1_n, 0), 2) as people_s1,
        people_s2_n, round(100.0 * people_s2_agreed / nullif(people_s2_n, 0), 2) as people_s2
    from sums
)
select final.*
from final
left join categories on categories.name = final.category
order by match = 'all', match, categories.place nulls last
