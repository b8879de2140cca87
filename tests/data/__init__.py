"""The bundled data, row by row: every problem names its row, its field and the reason."""
