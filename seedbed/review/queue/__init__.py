"""Which rows need a person's work, why, and in which order."""
