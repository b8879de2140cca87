"""The Seedbed library: the code shared by the pipeline stages, and the command line tools."""

__version__ = "0.2.0.dev0"
