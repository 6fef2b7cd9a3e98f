"""Articles to blocks and paragraphs, each with its offsets in the source."""
