"""Dump to paragraphs: reading files, telling content from noise, clusters of near-duplicates."""

from pipeline.ingest.ledger import Ledger
from pipeline.ingest.reading.dump import DumpFile, read_dump, read_files

__all__ = ["DumpFile", "Ledger", "read_dump", "read_files"]
