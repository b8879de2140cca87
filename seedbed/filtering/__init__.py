"""Which generated instructions are kept: rules, tokenisers, and the exact similarity pool."""
