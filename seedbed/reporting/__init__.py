"""Statistics, agreement, effort, diversity, and the report pages."""
