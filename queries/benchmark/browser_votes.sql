-- One row: one person's vote on one question of one match, whether it counts or not. For the page's browser of questions.
select match, question, annotator, verdict, status, reason from votes order by match, question, annotator
