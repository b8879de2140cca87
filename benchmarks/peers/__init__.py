"""The same work by Seedbed, curator, distilabel and data-designer; `make bench-peers` runs it."""
