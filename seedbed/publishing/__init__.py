"""Publishing data sets: the folder with its dataset card, release checks, and destinations."""
