-- One row: one question, as it was put to the models. For the page's browser of questions.
select id, category, text
from questions
left join categories on categories.name = questions.category
order by categories.place nulls last, id
