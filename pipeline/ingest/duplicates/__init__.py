"""Near-duplicates: reprints of one text share the key of the first one seen."""
