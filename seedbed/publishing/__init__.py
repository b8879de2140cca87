"""The data given away: the folder that is published with its card, the checks before, and where it goes."""
