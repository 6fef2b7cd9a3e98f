"""Codebook and judged paragraphs: reading, checking, and the table that heads are trained on."""
