"""The statistics of the reports, one idea a file: arrays in, numbers out, no word of files or tables.

A question scores 1 where the model wins, ½ at a tie, 0 where it loses, both orders collapsed. Questions are what is drawn:
every interval is over questions, and what one question says in several matches is one piece of evidence.
"""
