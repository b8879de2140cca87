-- One row: one model's answer to one question; why there is none, where it failed. For the page's browser of questions.
select answers.model, answers.id as question, answers.text, failure->>'reason' as failure
from answers
left join answer_failures on answer_failures.model = answers.model and answer_failures.id = answers.id
order by answers.model, answers.id
