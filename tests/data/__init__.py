"""The bundled data, row by row."""
