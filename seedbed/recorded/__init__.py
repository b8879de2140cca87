"""Import files of other tools."""
