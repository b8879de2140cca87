"""General utilities without domain knowledge: rows, schemas, YAML, tables, git."""
