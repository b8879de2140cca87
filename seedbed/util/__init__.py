"""Rows, schemas, YAML, tables, git: what knows no word of the domain."""
