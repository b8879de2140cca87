"""Every response ever paid for, on this machine, and the transcripts that share it."""
