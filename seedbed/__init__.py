"""What the stages of the Seedbed pipeline share, and the tools around it."""

__version__ = "0.2.0.dev0"
