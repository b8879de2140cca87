"""`seedbed review`: the local web page for post-editing translations and voting on answers.

Post-edits go to `data/edits/`, votes to `data/votes/`, the moment they are saved; what is typed and not saved yet goes to
drafts beside the store. Nothing that the page shows or sends leaves the machine.
"""
