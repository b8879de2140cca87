"""The post-edits through a spreadsheet."""
